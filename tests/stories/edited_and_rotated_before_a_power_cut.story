# A line written where an editor took one away: 1 lines that are owed were not counted, the first is 13.
# Found by seed 6005294.
knobs 32
write 3 0 0
write 3 45 0
tick 0 0 0
write 0 0 0
reload 0 41 0
edit 3 1 0
write 3 0 0
rotate 3 0 0
scrape 0 0 0
settle 0 0 0
cut 0 0 0
