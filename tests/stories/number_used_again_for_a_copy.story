# Number used again for a copy: line 2 counted twice.
# Found by seed 200634.
knobs 3
part 2 0 0
copytruncate 2 0 0
tick 58 94 0
tick 45 92 0
write 2 0 27
compress 2 0 0
compress 0 0 0
copytruncate 2 0 0
