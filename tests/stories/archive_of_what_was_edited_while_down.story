# Archive of what was edited while down: line 2 counted twice.
# Found by seed 101401.
knobs 0
tick 0 0 0
tick 0 0 0
write 1 0 0
tick 49 46 0
start 0 0 0
kill 0 0 0
edit 1 0 0
start 0 0 0
write 1 0 0
tick 0 0 0
rotate 1 0 0
compress 1 0 0
