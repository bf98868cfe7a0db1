# First line long and power cut: line 6 counted twice, and nothing says so.
# Found by seed 403944.
knobs 228
write 1 76 0
write 0 15 0
write 0 45 0
tick 30 43 0
kill 0 0 0
unlink 0 0 0
write 1 18 0
part 2 0 0
write 3 31 0
rotate 2 0 0
part 2 0 0
edit 3 0 0
write 2 51 0
write 1 20 0
write 2 56 0
late 0 62 0
start 0 0 0
tick 57 84 0
tick 46 24 0
clock 0 0 0
cut 0 0 0
write 0 0 0
