# Truncated and written again before it was read: line 1 was seen and is lost, and nothing says so.
# Found by seed 3169374.
knobs 0
tick 0 0 0
write 1 0 0
tick 0 0 0
backup 0 0 0
truncate 1 0 0
write 1 0 0
