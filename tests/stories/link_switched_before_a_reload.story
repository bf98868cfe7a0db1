# Where a link leads is another file by now: line 3 counted twice.
# Found by seed 5030982.
knobs 128
write 2 0 0
tick 0 0 0
write 0 0 0
rotate 2 3 0
rotate 2 3 0
write 2 0 0
copytruncate 2 86 0
copytruncate 2 1 0
reload 0 0 0
tick 0 0 0
write 2 0 0
switch 0 38 0
