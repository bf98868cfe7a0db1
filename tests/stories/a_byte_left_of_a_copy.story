# A byte left of a copy: 1 lines that are owed were not counted, the first is 4 (told).
# Found by seed 400705.
knobs 5
write 3 1 0
copytruncate 3 1 0
tick 52 94 0
write 0 0 0
tick 55 1 0
cut 0 0 0
write 3 0 0
copytruncate 3 0 0
compress 3 91 0
