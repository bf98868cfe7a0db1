# Edited while nobody looked: what is left is less than half.
# Found by seed 6251.
knobs 0
write 0 9 0
write 0 1 0
write 0 0 0
write 0 0 0
write 3 0 0
write 3 65 0
tick 55 73 0
edit 3 1 0
kill 0 0 0
write 0 0 0
