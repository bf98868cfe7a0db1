# No event tells that the disk is gone: line 1 counted twice.
# Found by seed 6027410.
knobs 0
tick 53 96 0
tick 55 42 0
tick 57 87 0
tick 18 15 0
tick 59 45 0
write 3 0 0
tick 38 80 0
switch 0 0 34
rotate 3 0 4
tick 30 89 0
tick 16 54 0
unmount 0 0 0
late 3 0 0
tick 58 0 0
mount 0 0 0
compress 3 0 0
tick 0 0 0
