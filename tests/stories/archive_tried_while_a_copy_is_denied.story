# An archive was tried while the copy that it is could not be opened: line 19 counted twice. Found by seed 3301
# of a storm.
knobs 646
write 1 90 0
tick 29 41 0
write 0 69 0
tick 23 75 0
tick 22 61 0
stop 0 0 0
hardlink 0 0 0
write 2 0 0
compress 0 0 0
start 0 0 0
write 0 0 0
tick 56 71 0
part 3 0 0
copytruncate 0 0 0
tick 15 0 0
