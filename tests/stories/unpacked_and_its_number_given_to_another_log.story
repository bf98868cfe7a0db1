# Of an archive that was unpacked the inode number went to another log, where no birth is known: that was not read.
# Line 2 was lost, and nothing said so. Found by seed 122002442.
knobs 3
unmount 0 0 0
write 3 0 0
rotate 3 0 0
compress 3 0 0
edit 0 15 0
unpack 3 27 0
unpack 3 0 0
write 0 0 0
