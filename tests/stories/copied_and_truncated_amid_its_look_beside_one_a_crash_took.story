# A slow copy of a log that begins with the banner of one that a crash took comes to its end while it is looked at, and
# the log is truncated: it is no rest of the other, but all of the log.
# Found by seed 3100402862.
knobs 8
write 1 0 0
write 0 0 0
write 2 0 0
write 3 0 0
tick 42 90 0
part 0 0 0
cut 0 0 0
start 0 0 0
write 3 0 0
scrape 0 0 0
copytruncate 3 1 0
tick 0 0 0
copytruncate 3 0 19
