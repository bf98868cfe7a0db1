# What replaced a log cannot be opened for longer than a loss waits: line 10 counted twice, and nothing says so.
# Found by seed 6097891.
knobs 128
write 3 0 0
write 2 3 0
write 0 99 0
write 1 1 0
tick 16 0 0
reload 0 65 0
edit 1 1 0
write 1 0 0
tick 41 24 0
