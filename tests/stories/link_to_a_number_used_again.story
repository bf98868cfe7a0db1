# Link to a number used again: line 6 counted twice.
# Found by seed 101518.
knobs 131
write 2 0 0
write 3 0 0
tick 0 0 0
rotate 2 6 0
write 0 0 0
write 2 0 0
edit 2 0 0
write 2 0 0
tick 0 0 0
rotate 2 7 0
write 2 0 0
