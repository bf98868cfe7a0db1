# The log is copied and truncated, then an editor writes it anew.
# Found by seed 5.
knobs 3
write 0 62 0
tick 47 22 0
copytruncate 1 0 0
edit 0 43 11
