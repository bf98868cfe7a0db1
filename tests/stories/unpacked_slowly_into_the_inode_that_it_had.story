# Unpacked slowly into the inode that it had had before, born as that: less than most of it, line 8 counted twice, and nothing
# says so. Found by seed 200225235.
knobs 2
write 2 67 0
tick 0 0 0
rotate 2 0 0
write 2 0 0
edit 2 0 0
stop 0 0 0
write 2 0 0
start 0 0 0
compress 2 0 0
unpack 2 1 0
tick 0 0 0
