# The number of what nobody wants any more, without a birth, is that of another log's part after a crash, and a copy of what replaced it comes: line 1 counted twice, and nothing says so.
# Found by seed 200881988.
knobs 3
write 2 0 0
tick 51 32 0
settle 0 0 0
cut 0 0 0
write 0 0 0
edit 2 0 0
copytruncate 0 1 0
reload 0 1 0
start 0 0 0
tick 0 0 0
copytruncate 2 0 0
