# Directory fails and copied: line 1 counted twice.
# Found by seed 301549.
knobs 0
fail 57 10 0
stop 0 0 0
part 3 0 0
start 0 0 0
scrape 0 0 0
copytruncate 3 1 0
tick 0 0 0
write 3 0 0
tick 41 0 0
