# Few descriptors and an archive: 1 lines that are owed were not counted, the first is 2.
# Found by seed 100225.
knobs 128
tick 52 0 0
write 2 0 0
kill 0 0 0
write 0 0 0
tick 39 69 0
rotate 0 1 0
tick 33 43 0
write 1 0 0
compress 0 0 0
