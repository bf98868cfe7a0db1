# The log is copied and truncated, then an editor writes it anew.
# Found by seed 5.
knobs 3
write 9 62 0
tick 47 22 0
copytruncate 61 12 0
edit 18 43 11
