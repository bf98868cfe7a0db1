# A crash left a banner and the beginning of a line; the next generation begins so, too: 1 lines that are owed were not counted, the first is 7 (told).
# Found by seed 23006482.
knobs 29
write 3 1 0
rotate 3 1 0
write 0 1 0
part 2 0 0
hardlink 2 0 0
write 1 0 0
edit 2 0 0
compress 2 1 0
scrape 0 0 0
copytruncate 0 1 0
away 0 0 0
cut 0 0 0
start 0 0 0
scrape 0 0 0
truncate 0 0 0
scrape 0 0 0
stop 0 0 0
write 0 0 0
rotate 0 0 0
