# Copied and truncated between the look that met it and the first of it that is read: bytes are said to be lost, and every line counts.
# Found by seed 500712023.
knobs 256
write 3 0 0
write 2 0 0
tick 8 0 0
stop 0 0 0
rotate 3 0 0
copytruncate 2 0 0
hang 3 63 0
write 3 0 0
start 0 0 0
tick 2 0 0
compress 3 0 21
edit 0 70 0
copytruncate 3 0 34
