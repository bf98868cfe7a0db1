# Truncated before it was read: line 2 was seen and is lost, and nothing says so.
# Found by seed 203297.
knobs 0
write 0 0 0
rotate 0 0 0
write 1 0 0
tick 0 0 0
truncate 1 0 37
