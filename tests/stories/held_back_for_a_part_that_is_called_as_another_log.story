# An archive is held back for what an editor put in the place of its log, which a number before its extension makes another's name: 1 lines that are owed were not counted, the first is 12.
# Found by seed 3330008194.
knobs 0
part 2 0 0
tick 46 6 0
tick 9 86 0
rotate 2 11 0
write 2 10 0
kill 0 0 0
bak 2 1 0
compress 2 51 0
tick 30 0 0
rotate 2 11 0
