# A log that a reload left out was replaced, and its number given to another log at once, as old as it: the other was not read: 1 lines that are owed were not counted, the first is 2 (told).
# Found by seed 50528572.
knobs 2
tick 13 32 0
unmount 0 0 0
tick 30 53 0
tick 53 31 0
write 2 0 0
tick 14 29 0
tick 38 47 0
edit 2 0 0
scrape 0 0 0
edit 2 0 0
reload 0 58 0
write 3 0 0
tick 37 89 0
tick 10 69 0
tick 41 40 0
tick 26 53 0
scrape 0 0 0
