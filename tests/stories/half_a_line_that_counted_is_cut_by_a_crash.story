# Half a line of what an editor replaced counted as it stood; a crash brings it back empty, and another line is written that begins alike: 1 lines that are owed were not counted, the first is 14 (told).
# Found by seed 500824387.
knobs 260
write 0 0 0
write 0 1 0
write 0 1 0
write 0 0 0
rotate 0 0 0
write 2 1 0
write 2 1 0
settle 0 0 0
late 0 56 0
part 0 0 0
edit 0 90 0
cut 0 0 0
write 0 0 0
