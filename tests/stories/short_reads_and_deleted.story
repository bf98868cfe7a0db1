# Reads give less than there is: the rest was left for the next look, until the log was deleted.
# Found by seed 126.
knobs 0
tick 1 65 0
short 0 1 0
write 1 33 0
tick 36 87 0
tick 55 86 0
unlink 1 0 0
stop 0 0 0
