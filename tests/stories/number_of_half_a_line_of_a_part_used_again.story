# Half a line in a part counted as it stood; its number, without a birth, is a copy's by now, which begins alike: 1 lines that are owed were not counted, the first is 5.
# Found by seed 50207343.
knobs 323
write 0 1 0
part 3 0 0
rotate 3 0 0
switch 0 80 0
write 2 0 0
cut 0 0 0
start 0 0 0
edit 0 30 0
write 3 0 0
compress 3 0 0
copytruncate 3 0 0
