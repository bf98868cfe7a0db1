# An inode number that is used again, and of the first only half a line was there: line 10 counted twice. Found
# by seed 15019598.
knobs 19
write 1 30 0
part 2 0 0
rotate 1 0 0
tick 3 46 0
compress 1 1 0
rotate 2 7 0
tick 40 25 0
cut 0 0 0
start 0 0 0
write 2 0 0
scrape 0 0 0
stop 0 0 0
rotate 2 7 0
write 2 0 0
