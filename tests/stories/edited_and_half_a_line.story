# Edited and half a line: 1 lines that are owed were not counted, the first is 29.
# Found by seed 202474.
knobs 7
part 0 0 0
write 0 70 0
write 0 8 0
write 0 86 0
write 0 51 0
tick 0 0 0
edit 0 1 0
part 0 0 0
scrape 0 0 0
write 0 0 0
