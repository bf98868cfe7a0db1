# Weak part and reload: 1 lines that are owed were not counted, the first is 1.
# Found by seed 170.
knobs 0
write 0 0 0
rotate 0 11 0
reload 0 14 0
tick 38 51 0
tick 40 0 0
