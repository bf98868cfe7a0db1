# Part of another line after power cut: 1 lines that are owed were not counted, the first is 6.
# Found by seed 101190.
knobs 3
write 0 0 0
write 2 1 0
write 0 0 0
tick 41 39 0
copytruncate 0 0 0
part 0 0 0
hardlink 0 0 0
cut 0 0 0
compress 0 1 0
start 0 0 0
scrape 0 0 0
rotate 0 0 0
write 0 0 0
hardlink 0 0 0
unlink 0 0 0
