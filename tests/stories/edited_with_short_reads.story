# Edited while reads give less than there is.
# Found by seed 1024.
knobs 0
short 0 1 0
write 2 40 0
write 2 42 0
tick 0 0 0
edit 2 1 0
scrape 0 0 0
