# Copied away and power cut: line 1 counted twice.
# Found by seed 304788.
knobs 8
write 0 0 0
tick 0 0 0
stop 0 0 0
copytruncate 0 0 0
write 0 0 0
away 0 0 0
start 0 0 0
tick 29 83 0
settle 0 0 0
cut 0 0 0
