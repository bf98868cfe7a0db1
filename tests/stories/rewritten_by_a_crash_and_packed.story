# Rewritten by a crash and packed: 1 lines that are owed were not counted, the first is 9 (told).
# Found by seed 300250.
knobs 34
write 2 77 0
part 2 0 0
tick 15 83 0
part 0 0 0
cut 0 0 0
write 2 0 0
rotate 2 0 0
write 2 0 0
compress 2 0 0
