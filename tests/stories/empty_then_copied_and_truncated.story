# Known empty, written, copied and truncated: bytes are said to be lost, and every line counts. Found by seed
# 22015905.
knobs 0
write 1 0 0
rotate 1 1 0
tick 0 0 0
copytruncate 1 1 0
write 1 0 0
reload 0 14 0
tick 0 0 0
