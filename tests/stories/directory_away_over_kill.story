# The same over kill -9.
# Found by seed 144.
knobs 2
write 1 94 0
tick 24 67 0
kill 24 31 0
away 14 10 0
start 35 63 31
tick 7 99 0
