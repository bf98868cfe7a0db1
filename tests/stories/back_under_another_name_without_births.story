# Back under another name without births: line 16 counted twice, and nothing says so.
# Found by seed 304297.
knobs 1
tick 48 34 0
write 0 92 0
write 1 0 0
tick 0 0 0
tick 32 42 0
rotate 1 0 30
late 0 86 0
tick 0 0 0
copytruncate 0 0 0
tick 30 61 0
tick 0 0 0
rotate 0 11 0
write 1 0 0
late 1 1 0
rotate 1 4 0
late 0 1 0
part 0 0 0
part 3 0 0
part 1 0 0
kill 0 0 0
start 0 0 0
tick 38 54 0
rotate 1 4 0
part 1 0 0
cut 0 0 0
write 0 0 0
