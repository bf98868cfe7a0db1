# A part is idle and ends; its size cannot be asked for, and what has just come is read in parts: 1 lines that are owed were not counted, the first is 3.
# Found by seed 50045470.
knobs 0
write 0 0 0
fail 0 55 0
short 0 1 0
stop 0 0 0
start 0 0 0
write 3 0 0
tick 10 99 0
rotate 3 0 0
tick 52 0 0
tick 32 24 0
fail 0 71 0
tick 27 89 0
tick 38 89 0
late 3 0 0
tick 8 41 0
