# The same after a start: line 7 counted twice.
knobs 0
write 0 2 0
tick 40 99 0
rotate 0 1 0
write 0 2 0
tick 40 99 0
stop 0 0 0
start 0 0 0
tick 40 99 0
compress 0 0 0
tick 40 99 0
unlink 0 0 10
write 0 3 1
edit 0 2 0
tick 40 99 0
