# Reads give less than there is: not even the bytes before the place where reading went on.
# Found by seed 6.
knobs 0
short 0 1 0
write 0 99 0
tick 57 39 0
