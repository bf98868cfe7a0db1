# Cut by a crash on a disk that comes back when it was given up: line 16 counted twice, and nothing says so.
# Found by seed 6095652.
knobs 0
write 0 32 0
cut 0 0 0
write 0 0 0
write 0 52 0
start 0 0 0
short 0 1 18
away 0 0 0
settle 0 0 0
kill 0 0 0
start 0 0 0
write 3 77 0
tick 43 26 0
part 3 0 0
tick 8 0 0
write 2 0 0
cut 0 0 0
unmount 0 0 0
start 0 0 0
tick 33 93 0
tick 17 67 0
mount 0 0 0
write 3 0 0
