# Edited and rotated at once, beside a banner: line 1 counted twice, and nothing says so.
# Found by seed 3525605.
knobs 8
write 1 0 0
tick 0 0 0
edit 1 0 0
rotate 1 0 0
write 1 0 0
