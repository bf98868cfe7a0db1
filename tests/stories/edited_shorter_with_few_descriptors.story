# Edited shorter with few descriptors: line 6 counted twice, and nothing says so.
# Found by seed 101311.
knobs 128
write 0 1 0
part 3 0 0
write 3 87 0
write 2 0 0
tick 0 0 0
write 0 0 12
write 1 0 0
tick 0 0 0
edit 3 1 0
write 3 0 0
