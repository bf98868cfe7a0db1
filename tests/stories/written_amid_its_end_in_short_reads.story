# A log that is away is idle and ends; what comes amid that is read in parts: 1 lines that are owed were not counted, the first is 6.
# Found by seed 50053380.
knobs 64
write 1 1 0
tick 2 97 0
tick 35 80 0
write 0 0 0
tick 21 49 0
tick 60 72 0
away 0 0 21
short 0 1 0
kill 0 0 0
start 0 0 0
stop 0 0 0
write 2 0 0
start 0 0 0
copytruncate 2 0 0
tick 58 98 0
reload 0 1 0
write 3 0 0
tick 12 75 0
tick 42 55 0
late 0 0 28
