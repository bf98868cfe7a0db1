# The disk is back, and the log edited at once: line 1 counted twice.
# Found by seed 9010554.
knobs 0
write 3 22 0
tick 24 31 0
unmount 0 0 0
write 3 0 0
tick 12 60 0
tick 30 18 0
late 0 0 0
mount 0 0 0
edit 3 55 0
