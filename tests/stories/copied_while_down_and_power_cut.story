# Copied while down and power cut: line 1 counted twice.
# Found by seed 718.
knobs 8
write 3 0 0
tick 0 0 0
stop 0 0 0
copytruncate 3 0 0
settle 0 0 0
cut 0 0 0
write 3 0 0
