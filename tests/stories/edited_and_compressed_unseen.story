# Edited, rotated and compressed unseen: line 1 counted twice, and nothing says so.
# Found by seed 903444: the archive begins with a line of what was edited.
knobs 0
write 2 1 0
tick 0 0 0
edit 2 1 0
write 2 0 0
rotate 2 0 0
compress 2 0 0
