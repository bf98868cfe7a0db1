# Link switched to the same banner: line 1 counted twice.
# Found by seed 603374.
knobs 8
write 2 0 0
settle 0 0 0
tick 0 0 0
switch 0 1 0
write 2 0 0
tick 35 92 0
write 0 0 0
cut 0 0 0
