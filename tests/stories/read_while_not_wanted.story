# What a reload does not want is read no further: line 1 counted twice.
# Found by seed 6050643.
knobs 8
write 2 0 0
tick 63 42 0
settle 0 0 0
reload 0 10 0
cut 0 0 0
copytruncate 2 0 0
start 0 0 0
write 2 0 0
tick 0 0 0
