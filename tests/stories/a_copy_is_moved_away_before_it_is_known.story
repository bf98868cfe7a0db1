# A slow copy came to its end, and its directory was moved away before anybody looked: line 2 counted twice, and told.
# Found by seed 200881370.
knobs 0
write 0 0 0
tick 23 83 0
kill 0 0 0
edit 0 0 0
copytruncate 0 1 0
start 0 0 0
tick 0 0 0
write 0 0 0
tick 3 1 0
copytruncate 0 0 0
away 0 0 0
tick 55 0 0
