# Copied and truncated between the first look and the first read, a short line behind that: bytes are said to be lost,
# and every line counts.
knobs 0
write 1 0 0
tick 40 99 0
write 0 5 0
tick 40 99 0
copytruncate 0 0 12
write 0 0 1
tick 50 99 0
