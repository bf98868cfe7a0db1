# What was replaced is read again, rotated and compressed: the archive was taken for the rest of what there was before.
knobs 64
write 3 27 0
edit 0 38 0
settle 0 0 0
edit 0 0 0
cut 0 0 0
edit 3 0 0
start 0 0 0
write 3 63 0
tick 0 0 0
part 3 0 0
rotate 3 0 0
edit 0 66 0
compress 3 1 0
write 3 0 0
