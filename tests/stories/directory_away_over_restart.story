# The same over an ordinary restart.
# Found by seed 89.
knobs 4
write 1 25 0
tick 39 60 0
away 28 18 0
stop 23 31 27
start 29 91 0
scrape 23 69 39
