# Number used again after power cut: line 5 counted twice.
# Found by seed 203510.
knobs 67
write 3 38 0
write 0 0 0
tick 30 60 0
cut 0 0 0
edit 0 0 0
copytruncate 0 63 0
write 0 0 0
