# The same of one that was edited, with few descriptors: line 5 counted twice. Found by seed 13000959.
knobs 128
write 1 0 0
write 0 0 0
tick 0 0 0
stop 0 0 0
write 1 0 0
start 0 0 0
tick 60 94 0
edit 1 0 29
part 0 0 0
write 1 0 0
rotate 1 0 0
compress 1 0 0
late 1 0 0
tick 0 0 0
