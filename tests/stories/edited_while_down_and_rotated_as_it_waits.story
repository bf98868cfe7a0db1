# Edited while down; written on and rotated in one look, before it stood still: 1 lines that are owed were not counted, the first is 13 (told).
# Found by seed 3100449784.
knobs 32
write 2 33 0
write 2 0 0
tick 0 0 0
stop 0 0 0
edit 2 1 0
start 0 0 0
tick 63 26 0
write 0 0 0
tick 0 0 0
rotate 0 1 0
write 2 0 0
tick 56 0 0
rotate 2 0 17
write 2 0 0
