# The same, and lines were written to its original after it was made: line 4 counted twice.
knobs 128
write 1 0 0
write 0 0 0
tick 0 0 0
stop 0 0 0
write 1 0 0
start 0 0 0
tick 0 0 0
edit 1 0 29
write 1 20 0
rotate 1 1 0
compress 1 1 0
write 0 0 0
late 1 0 0
write 2 0 0
tick 0 0 0
