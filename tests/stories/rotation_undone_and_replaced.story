# A crash undid a rotation, and what has its own name again is replaced by a copy of itself: line 2 counted twice.
# Found by seed 40005263.
knobs 1
part 0 0 0
tick 40 69 0
write 1 0 0
tick 63 47 0
edit 0 0 0
settle 0 0 0
tick 9 97 0
rotate 1 1 0
tick 13 84 0
tick 28 89 0
tick 52 24 0
tick 23 83 0
cut 0 0 0
start 0 0 0
edit 1 22 0
