# Half a line counted as it stood, a crash took it, and another begins alike: 1 lines that are owed were not counted, the first is 21.
# Found by seed 6092717.
knobs 22
write 0 75 0
write 0 43 0
tick 0 0 0
write 1 1 28
part 1 0 0
write 2 0 0
part 0 0 0
away 0 0 0
rotate 2 1 0
tick 42 63 0
compress 2 0 0
part 3 0 0
tick 19 69 0
unlink 3 0 0
part 3 0 0
tick 48 47 0
write 2 0 0
back 0 0 0
copytruncate 0 0 0
tick 59 13 0
rotate 0 0 0
cut 0 0 0
write 1 0 0
