# Edited while down twice as long: line 13 counted twice, and nothing says so.
# Found by seed 101657.
knobs 0
part 0 0 0
write 0 74 0
write 1 0 0
part 0 0 0
write 2 3 0
write 0 87 0
tick 21 61 0
edit 0 1 0
write 0 0 0
kill 0 0 0
