# Copied and truncated, written on, and truncated again amid the look that compares it: line 4 was seen and is lost, and nothing says so.
# Found by seed 3100425543.
knobs 256
write 3 0 0
write 0 0 0
tick 8 0 0
part 1 0 0
rotate 0 1 0
copytruncate 0 0 0
rotate 1 0 0
compress 0 1 0
copytruncate 3 0 0
tick 0 0 0
write 3 0 0
tick 40 0 0
part 0 0 27
truncate 3 0 24
