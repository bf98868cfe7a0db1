# Archive beside one of half a line: 1 lines that are owed were not counted, the first is 1.
# Found by seed 200579.
knobs 0
stop 0 0 0
tick 52 0 0
write 0 0 0
copytruncate 0 0 0
copytruncate 0 0 0
part 0 0 0
compress 0 0 0
