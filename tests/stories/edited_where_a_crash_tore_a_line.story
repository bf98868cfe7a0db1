# A crash tore a line; while logtally was down that was edited away, and the next line begins as it did: 1 lines that are owed were not counted, the first is 12 (told).
# Found by seed 35011475.
knobs 260
write 1 57 0
tick 59 48 0
write 1 0 0
scrape 0 0 0
cut 0 0 0
start 0 0 0
tick 3 0 0
edit 1 1 0
write 1 0 0
rotate 1 0 0
