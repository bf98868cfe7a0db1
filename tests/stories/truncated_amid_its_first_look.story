# Truncated between the look at its size and that at its beginning: line 8 was seen and is lost, and nothing
# says so. Found by seed 11015298.
knobs 8
write 2 0 0
tick 0 0 0
write 3 53 0
copytruncate 2 1 0
write 1 0 0
copytruncate 0 0 0
tick 0 0 0
truncate 1 0 35
