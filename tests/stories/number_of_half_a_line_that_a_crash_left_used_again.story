# Half a line, which a crash left, is all that is known of a log whose number, without a birth, is that of the next generation: 1 lines that are owed were not counted, the first is 17.
# Found by seed 200354843.
knobs 387
write 0 90 0
tick 48 64 0
write 0 90 0
write 2 0 0
tick 26 44 0
scrape 0 0 0
part 0 0 0
cut 0 0 0
start 0 0 0
tick 8 0 0
rotate 2 7 0
stop 0 0 0
rotate 2 6 0
write 2 0 0
