# Written anew and truncated again before it was read: line 3 was seen and is lost, and nothing says so.
# Found by seed 12017967.
knobs 256
write 2 1 0
tick 1 0 0
stop 0 0 0
copytruncate 2 0 0
start 0 0 0
scrape 0 0 0
late 2 0 0
tick 2 0 0
rotate 0 0 4
truncate 2 0 37
