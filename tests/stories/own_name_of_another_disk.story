# The log's own name means another file, and nothing told: line 2 counted twice.
# Found by seed 6096606.
knobs 0
write 3 0 0
scrape 0 0 0
copytruncate 3 1 0
unmount 0 0 0
write 3 0 0
copytruncate 3 0 0
copytruncate 3 1 0
tick 0 0 0
