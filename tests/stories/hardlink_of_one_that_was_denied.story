# Another hard link of what could not be opened: 1 lines that are owed were not counted, the first is 1.
# Found by seed 6083812.
knobs 192
write 2 0 0
write 3 0 0
hardlink 2 0 0
write 0 0 0
tick 60 43 0
write 1 0 15
tick 20 37 0
tick 3 55 0
tick 30 81 0
write 0 0 0
tick 49 99 0
unlink 2 0 0
