# A copy is of the one that could not be looked into: line 2 counted twice.
# Found by seed 6066244.
knobs 16
write 0 0 0
scrape 0 0 0
stop 0 0 0
start 0 0 0
edit 0 0 0
write 0 0 0
tick 0 0 0
stop 0 0 0
start 0 0 0
copytruncate 0 0 0
fail 0 0 0
tick 0 0 0
