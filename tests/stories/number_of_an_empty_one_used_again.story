# The number of an empty file is another's after a kill: line 3 counted twice, and nothing says so.
# Found by seed 72025.
knobs 3
write 3 0 0
rotate 3 1 0
tick 0 0 0
unlink 3 0 0
write 3 1 0
tick 61 81 0
kill 0 0 0
edit 3 0 0
