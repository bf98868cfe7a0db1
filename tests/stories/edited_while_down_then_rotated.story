# Edited while nobody looked, and rotated before it stood still.
# Found by seed 2131.
knobs 0
write 2 0 0
scrape 0 0 0
settle 0 0 0
cut 0 0 0
edit 2 0 0
start 0 0 0
tick 0 0 0
rotate 2 0 0
