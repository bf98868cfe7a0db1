# A number, and half a line that begins alike: 1 lines that are owed were not counted, the first is 35.
# Found by seed 8016107.
knobs 259
write 0 33 0
edit 0 46 0
write 0 52 0
write 2 71 0
late 0 56 0
tick 45 46 0
write 0 15 0
part 1 0 0
cut 0 0 0
start 0 0 0
rotate 1 7 0
tick 39 96 0
tick 41 35 0
tick 49 24 0
rotate 1 6 0
write 1 0 0
