# A copy without the last line of one that is closed, but with lines of its own: 1 lines that are owed were not counted, the first is 22.
# Found by seed 40013147.
knobs 456
part 0 0 0
write 0 0 0
write 2 0 0
write 3 1 0
write 1 1 0
rotate 3 0 0
part 0 0 0
write 3 28 0
write 2 31 0
unmount 0 0 0
cut 0 0 0
start 0 0 0
edit 2 99 0
write 2 0 0
copytruncate 2 0 0
