# Reload between archive and its file: line 10 counted twice.
# Found by seed 503694.
knobs 0
write 1 89 0
tick 0 0 0
stop 0 0 0
write 1 50 0
edit 1 0 0
start 0 0 0
tick 0 0 0
write 1 47 0
rotate 1 0 0
tick 29 0 0
compress 1 1 0
tick 42 94 0
tick 43 83 0
reload 0 0 0
tick 0 0 0
