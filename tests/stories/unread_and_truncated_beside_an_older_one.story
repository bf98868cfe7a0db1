# What was truncated unread is not in the one before: line 12 was seen and is lost, and nothing says so.
# Found by seed 8006071.
knobs 256
part 1 0 0
write 0 8 0
write 2 0 0
rotate 0 0 0
write 0 0 0
hang 2 69 0
write 3 0 0
tick 28 0 0
truncate 0 0 0
