# What an editor keeps as .bak is read in part, and compressed while logtally is down; what came in its place has less: line 4 counted twice (told).
# Found by seed 50519674.
knobs 0
write 3 0 0
tick 0 0 0
short 0 1 0
bak 3 0 0
tick 12 0 0
write 0 0 0
write 0 0 0
late 3 1 0
scrape 0 0 0
stop 0 0 0
compress 3 0 0
