# Copied and truncated between two parts of one read: bytes are said to be lost, and every line counts.
knobs 0
write 0 8 0
tick 40 99 0
short 0 1 0
write 0 5 0
tick 40 99 0
copytruncate 0 0 38
write 0 20 1
tick 50 99 0
