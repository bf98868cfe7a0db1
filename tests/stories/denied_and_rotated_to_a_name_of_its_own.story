# A log that could not be opened was rotated to a name of its own, and read: bytes are said to be lost, and every line counts.
# Found by seed 92002536.
knobs 133
write 2 0 0
write 0 0 0
scrape 0 0 0
write 0 0 0
write 1 0 0
write 3 0 0
scrape 0 0 0
rotate 1 11 0
tick 0 0 0
