# Truncated and written anew after it was saved unread: line 5 was seen and is lost, and nothing says so.
# Found by seed 7016608.
knobs 64
tick 8 71 0
write 0 0 0
write 3 0 0
hang 3 0 0
rotate 3 0 0
write 0 0 0
tick 17 65 0
rotate 0 0 0
write 0 0 0
tick 46 58 0
rotate 0 0 0
write 3 0 0
tick 31 78 0
truncate 3 0 0
write 3 0 0
kill 0 0 0
