# A link is pointed elsewhere and back while a file in which is but half a line is copied and truncated: the copy is
# history, until it grows; then it is looked into anew.
# Found by seed 3100211458.
knobs 1
part 2 0 0
copytruncate 2 1 0
tick 34 19 0
tick 41 20 0
kill 0 0 0
switch 0 70 0
start 0 0 0
tick 0 0 0
switch 0 0 0
tick 44 0 0
write 2 0 1
