# Edited and rotated when no descriptor is left.
# Found by seed 138.
knobs 128
write 2 28 0
tick 0 0 0
edit 2 0 0
write 3 0 0
write 1 0 0
rotate 2 0 0
part 2 0 0
write 0 0 0
