# Truncated, written and truncated unseen: line 20 was seen and is lost, and nothing says so.
# Found by seed 801408: what takes the place of bytes that were seen has not been seen.
knobs 0
write 1 0 0
copytruncate 1 0 0
write 1 56 0
tick 0 0 0
copytruncate 1 0 0
write 1 23 0
truncate 1 0 0
