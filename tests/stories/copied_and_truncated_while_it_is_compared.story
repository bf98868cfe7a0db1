# Copied and truncated while it is compared with what is gone: bytes are said to be lost, and every line counts.
# Found by seed 500712023.
knobs 256
write 3 0 0
short 0 1 0
tick 8 0 0
stop 0 0 0
rotate 3 0 0
write 3 17 0
copytruncate 3 1 0
start 0 0 0
compress 3 0 0
edit 0 70 0
write 2 0 37
copytruncate 3 0 34
