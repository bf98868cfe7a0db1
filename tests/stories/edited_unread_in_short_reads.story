# Edited before it was read, and what it was is read in parts: line 2 counted twice, and nothing says so.
# Found by seed 3514809.
knobs 32
write 1 0 0
truncate 1 0 0
tick 0 0 0
short 0 1 0
write 1 0 0
edit 1 0 0
tick 0 0 0
