# Where a link leads is not seen: 1 lines that are owed were not counted, the first is 1.
# Found by seed 502147.
knobs 0
fail 58 7 0
write 2 0 0
rotate 2 1 0
tick 0 0 0
