# History that ends amid a line grows: 1 lines that are owed were not counted, the first is 3 (told).
# Found by seed 5021321.
knobs 0
write 2 0 0
tick 50 33 0
write 0 0 0
cut 0 0 0
write 2 0 0
copytruncate 2 1 0
tick 42 0 0
switch 0 98 0
start 0 0 0
tick 0 0 0
switch 0 0 0
