# Edited, and away for so long that it was given up: line 7 counted twice, and nothing says so.
# Found by seed 7000623.
knobs 0
write 0 0 0
write 3 78 0
write 0 8 0
tick 17 81 0
part 0 0 0
kill 0 0 0
edit 3 1 0
write 0 1 0
part 3 0 0
unmount 0 0 0
start 0 0 0
tick 56 91 0
