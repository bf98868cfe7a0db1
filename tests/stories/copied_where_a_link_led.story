# The link is back, and what it led to was copied and rotated: line 1 counted twice.
# Found by seed 6094721.
knobs 0
write 2 0 0
scrape 0 0 0
switch 0 1 0
tick 21 26 0
tick 53 18 0
tick 44 35 0
tick 12 91 0
tick 30 61 0
switch 0 0 0
copytruncate 2 0 0
rotate 2 0 0
tick 0 0 0
