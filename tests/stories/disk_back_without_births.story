# Disk back without births: line 1 counted twice.
# Found by seed 100460.
knobs 1
write 3 0 0
rotate 3 11 0
tick 0 0 0
unmount 0 0 0
tick 43 54 0
tick 50 82 0
tick 54 54 0
mount 0 0 0
rotate 3 11 0
