# An archive of what is still there, and alike for longer than a head: line 10 counted twice.
# Found by seed 10016584.
knobs 167
write 2 8 0
edit 2 62 0
cut 0 0 0
write 2 32 0
start 0 0 0
tick 0 0 0
edit 0 0 0
rotate 2 0 0
write 2 0 0
tick 0 0 0
compress 2 1 0
switch 0 68 0
tick 0 0 0
tick 52 67 0
