# Retired in short reads: 1 lines that are owed were not counted, the first is 8.
# Found by seed 500524.
knobs 128
write 0 1 0
write 2 1 0
tick 0 0 0
short 0 1 0
write 2 1 0
switch 0 1 0
tick 48 73 0
scrape 0 0 0
write 1 0 0
rotate 1 0 0
late 2 0 0
part 1 0 0
write 0 0 0
tick 0 0 0
