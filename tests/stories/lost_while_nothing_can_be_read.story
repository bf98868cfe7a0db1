# A directory cannot be read for longer than a loss waits: line 1 counted twice.
# Found by seed 6092515.
knobs 64
write 1 0 0
tick 48 64 0
kill 0 0 0
away 0 0 0
start 0 0 0
tick 12 42 0
back 0 0 0
write 1 0 0
tick 51 70 0
fail 39 4 30
rotate 1 0 0
tick 26 48 0
compress 1 0 0
kill 0 0 0
