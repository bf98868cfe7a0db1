# The directory was away until the log counted as gone; back again, it is copied and truncated at once.
# Found by seed 1102.
knobs 0
write 0 0 0
tick 0 0 0
away 0 0 0
tick 34 73 0
tick 58 86 0
back 0 0 0
copytruncate 0 0 0
