# Of a slow copy there is only the banner: line 1 counted twice.
# Found by seed 6001866.
knobs 8
write 2 0 0
copytruncate 2 1 0
tick 0 0 0
switch 0 20 0
write 2 0 0
tick 0 0 0
switch 0 1 0
tick 0 0 0
stop 0 0 0
start 0 0 0
tick 50 41 0
tick 15 70 0
tick 39 54 0
tick 31 23 0
reload 0 0 0
write 2 0 0
tick 0 0 0
