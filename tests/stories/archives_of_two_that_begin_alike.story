# Two that begin alike, each compressed: line 17 counted twice. Found by seed 11036463.
knobs 295
write 3 42 0
copytruncate 3 1 0
write 0 0 0
write 0 0 0
write 0 4 0
part 3 0 0
tick 2 0 0
write 2 0 0
tick 56 66 0
cut 0 0 0
write 3 0 0
rotate 3 0 0
start 0 0 0
tick 20 88 0
write 0 0 0
compress 3 0 0
kill 0 0 0
compress 3 0 0
