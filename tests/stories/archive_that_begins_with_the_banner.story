# Held while no more than its banner was known: 1 lines that are owed were not counted, the first is 2.
# Found by seed 72184.
knobs 25
write 3 0 0
tick 33 89 0
cut 0 0 0
write 3 0 0
rotate 3 0 0
write 3 0 0
copytruncate 3 0 0
compress 3 0 0
