# The same, and the other was rotated: 1 lines that are owed were not counted, the first is 2 (told).
# Found by seed 50528572.
knobs 2
unmount 0 0 0
write 2 0 0
edit 2 0 0
scrape 0 0 0
edit 2 0 0
reload 0 58 0
write 3 0 0
rotate 3 0 0
tick 19 96 0
tick 37 89 0
tick 41 40 0
tick 26 53 0
scrape 0 0 0
