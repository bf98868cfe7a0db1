# Late line and compressed: 1 lines that are owed were not counted, the first is 2.
# Found by seed 202762.
knobs 0
write 1 0 0
rotate 1 0 0
tick 61 11 0
tick 62 78 0
tick 12 61 0
late 1 0 0
compress 1 0 0
