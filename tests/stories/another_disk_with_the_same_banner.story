# Another disk with the same banner: 1 lines that are owed were not counted, the first is 17.
# Found by seed 100094.
knobs 136
write 1 87 0
unmount 0 0 0
write 2 93 0
write 3 0 0
tick 0 0 0
mount 0 0 0
write 0 0 0
write 3 0 0
tick 0 0 0
