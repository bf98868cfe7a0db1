# Cut amid the banner and replaced: 1 lines that are owed were not counted, the first is 56 (told).
# Found by seed 303952.
knobs 143
write 3 45 0
write 2 67 0
tick 0 0 0
edit 3 0 0
write 0 77 0
stop 0 0 0
part 0 0 0
write 2 32 0
hardlink 0 0 0
write 0 43 0
write 0 38 0
late 0 17 0
write 0 0 0
copytruncate 0 1 0
write 1 1 0
write 2 75 0
edit 2 0 0
cut 0 0 0
start 0 0 0
tick 0 0 0
rotate 2 13 0
write 2 0 0
