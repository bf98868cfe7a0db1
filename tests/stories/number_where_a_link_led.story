# A number is used again where a link led: line 4 counted twice.
# Found by seed 10018808.
knobs 131
part 2 0 0
tick 28 56 0
write 0 0 0
cut 0 0 0
rotate 2 6 0
start 0 0 0
tick 44 88 0
kill 0 0 0
write 2 0 0
rotate 2 7 0
write 2 0 0
