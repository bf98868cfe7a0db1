# A look took half a minute: 2 lines that are owed were not counted, the first is 1.
# Found by seed 6075380.
knobs 0
tick 55 0 0
hang 31 0 0
write 3 1 0
edit 3 0 0
write 0 0 0
copytruncate 3 0 0
tick 0 0 0
compress 3 0 38
