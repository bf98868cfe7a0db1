# A slow copy came to its end, and was compressed before anybody looked: line 2 counted twice, and told.
# Found by seed 500469625.
knobs 0
tick 54 73 0
write 3 0 1
kill 0 0 0
edit 3 0 0
copytruncate 3 1 0
start 0 0 0
tick 0 0 0
write 3 0 0
scrape 0 0 0
copytruncate 3 0 0
compress 3 0 0
