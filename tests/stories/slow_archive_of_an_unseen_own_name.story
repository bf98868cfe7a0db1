# Slow archive of an unseen own name: 1 lines that are owed were not counted, the first is 2.
# Found by seed 2084.
knobs 0
write 0 0 0
rotate 0 0 0
tick 53 77 0
tick 3 39 0
tick 53 32 0
late 0 0 0
compress 0 0 0
