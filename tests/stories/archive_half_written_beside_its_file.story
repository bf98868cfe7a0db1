# Archive half written beside its file: line 1 counted twice.
# Found by seed 102293.
knobs 32
write 0 58 0
rotate 0 9 0
compress 0 1 0
tick 0 0 0
