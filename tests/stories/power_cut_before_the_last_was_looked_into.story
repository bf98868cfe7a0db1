# Written on after a crash, and another crash before it was looked into: 1 lines that are owed were not counted, the first is 37 (told).
# Found by seed 7001803.
knobs 473
write 3 6 0
write 2 1 0
hardlink 2 0 0
write 1 79 0
write 3 78 0
late 3 82 0
write 2 29 0
write 2 0 0
copytruncate 3 1 0
rotate 1 0 0
tick 22 61 0
write 0 0 0
cut 0 0 0
write 1 0 0
write 3 1 0
rotate 0 1 0
start 0 0 0
tick 31 49 0
cut 0 0 0
