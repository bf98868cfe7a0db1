# A crash left one byte, with which the log of another disk begins: line 7 counted twice.
# Found by seed 6019315.
knobs 261
write 3 0 0
tick 57 24 0
unmount 0 0 0
write 0 0 0
hang 45 53 0
cut 0 0 0
start 0 0 0
write 1 0 0
tick 0 0 0
write 0 0 0
kill 0 0 0
start 0 0 0
write 3 0 0
mount 0 0 0
tick 3 0 0
write 0 0 0
truncate 1 0 0
write 3 0 0
hang 2 12 0
tick 0 0 0
unmount 0 0 0
tick 1 0 0
