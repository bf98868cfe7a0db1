# A copy was read as a generation that nobody had seen, and then what it is a copy of: line 2 counted twice, and
# nothing says so. Found by seed 23009742.
knobs 0
write 2 0 0
tick 0 0 0
stop 0 0 0
rotate 2 0 0
write 2 0 0
copytruncate 2 46 0
write 0 0 0
switch 0 1 0
write 0 0 0
start 0 0 0
scrape 0 0 0
write 2 0 21
switch 0 0 0
