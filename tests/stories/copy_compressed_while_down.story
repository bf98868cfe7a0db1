# A copy of what was truncated, compressed while nobody looked: line 1 counted twice.
# Found by seed 6077583.
knobs 256
write 2 0 0
copytruncate 2 1 0
tick 3 0 0
write 1 0 0
tick 1 0 0
copytruncate 1 0 0
write 2 0 0
copytruncate 2 0 0
hang 2 24 0
rotate 1 0 0
tick 3 0 0
stop 0 0 0
tick 16 0 0
compress 2 0 0
