# Cut to more than half, and another line behind the last mark: 1 lines that are owed were not counted, the first is 17.
# Found by seed 11016391.
knobs 32
write 2 4 0
write 2 22 0
tick 0 0 0
rewrite 2 1 0
reload 0 0 0
write 2 0 0
tick 0 0 0
