# Half a copy waits; its link is older than what leads to it, and it grows: line 1 counted twice, and nothing says so.
# Found by seed 50616894.
knobs 0
write 2 0 0
tick 51 62 0
edit 2 0 0
copytruncate 2 1 0
kill 0 0 0
tick 21 0 0
switch 0 1 0
start 0 0 0
tick 30 7 0
tick 44 85 0
