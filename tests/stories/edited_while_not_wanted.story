# Edited while nobody wants it: bytes are said to be lost, and every line counts.
# Found by seed 11024239.
knobs 256
write 2 0 0
tick 8 0 0
reload 0 82 0
write 2 0 0
tick 20 0 0
edit 2 0 0
edit 0 31 0
