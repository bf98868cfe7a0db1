# An archive that went on otherwise than what it begins like: 1 lines that are owed were not counted, the first is 14.
# Found by seed 6094575.
knobs 128
tick 61 85 0
write 0 35 23
edit 0 1 0
write 2 0 0
write 0 0 0
copytruncate 0 0 0
compress 0 0 0
