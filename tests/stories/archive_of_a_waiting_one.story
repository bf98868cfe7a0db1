# Archive of a waiting one: line 2 counted twice.
# Found by seed 102293.
knobs 0
write 0 0 0
tick 17 82 0
kill 0 0 0
edit 0 0 0
start 0 0 0
tick 2 0 0
scrape 0 0 0
write 0 0 0
rotate 0 0 0
compress 0 0 0
