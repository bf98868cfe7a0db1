# It waits, is written and truncated before a look into it: line 3 was seen and is lost, and nothing says so.
# Found by seed 22039666.
knobs 0
tick 0 0 0
write 1 0 0
tick 53 54 0
truncate 1 0 26
write 0 0 0
rotate 1 1 0
tick 0 0 0
write 1 0 0
tick 28 0 0
truncate 1 0 8
