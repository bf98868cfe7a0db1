# Replaced by a copy that ends amid a line, which the deleted one gets the end of: 1 lines that are owed were not counted, the first is 22.
# Found by seed 600265595.
knobs 0
tick 36 62 0
write 0 0 0
write 0 70 0
tick 15 84 0
tick 20 94 0
write 0 88 0
tick 34 21 0
write 0 0 0
tick 61 94 0
write 0 1 0
part 0 0 0
tick 53 52 0
tick 43 72 0
tick 51 86 0
tick 11 49 0
edit 0 0 0
write 0 0 0
away 0 0 0
tick 45 96 0
tick 30 26 0
