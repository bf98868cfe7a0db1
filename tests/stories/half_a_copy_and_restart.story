# Half a copy and restart: line 1 counted twice.
# Found by seed 200782.
knobs 0
write 2 0 0
copytruncate 2 1 0
write 2 0 0
tick 0 0 0
switch 0 1 0
write 2 0 0
tick 30 85 0
tick 20 99 0
tick 27 88 0
stop 0 0 0
start 0 0 0
tick 61 0 0
tick 31 82 0
tick 58 23 0
