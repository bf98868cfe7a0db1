# A copy of what nobody has read cannot be opened, and a power cut takes some of it: 1 lines that are owed were not counted, the first is 2.
# Found by seed 21010930.
knobs 210
tick 62 47 0
tick 30 5 0
write 0 0 0
write 3 0 0
tick 30 4 0
write 2 0 0
tick 19 36 0
copytruncate 3 0 11
copytruncate 2 0 0
write 0 0 0
tick 52 23 0
tick 34 29 0
rotate 0 1 31
copytruncate 2 0 0
part 3 0 0
tick 48 37 0
write 0 0 27
copytruncate 3 0 0
write 0 0 0
tick 36 82 0
cut 0 0 0
