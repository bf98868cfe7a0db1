# Edited between the first look at the log and the first line of it that is read.
# Found by seed 29.
knobs 6
write 2 6 0
tick 47 34 0
edit 2 1 23
