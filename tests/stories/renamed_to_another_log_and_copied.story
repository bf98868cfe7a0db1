# A part of one log seems to be another log by now, which is copied and truncated: line 2 counted twice.
# Found by seed 600008461.
knobs 2
tick 0 0 0
write 0 0 10
copytruncate 0 92 22
rotate 0 5 0
stop 0 0 0
write 1 0 0
start 0 0 0
tick 0 0 0
copytruncate 1 0 0
