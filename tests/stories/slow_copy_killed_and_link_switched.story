# Slow copy killed and link switched: line 4 counted twice.
# Found by seed 103993.
knobs 0
scrape 0 0 0
write 2 4 2
copytruncate 2 1 0
kill 0 0 0
switch 0 1 0
start 0 0 0
tick 37 50 0
tick 51 52 0
tick 50 55 0
