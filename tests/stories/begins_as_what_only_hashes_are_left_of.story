# The inode of a log that is gone, of which only hashes are left, begins as that did: 1 lines that are owed were not counted, the first is 19 (told).
# Found by seed 50327650.
knobs 8
write 3 0 0
tick 0 0 0
write 0 1 0
write 0 58 0
copytruncate 3 1 0
unmount 0 0 0
reload 0 35 0
reload 0 0 0
part 0 0 0
tick 57 90 0
part 3 0 0
copytruncate 3 0 0
late 0 16 0
mount 0 0 0
write 3 0 0
