# What an editor made of a log that a crash had cut amid a line is copied, truncated and packed: line 9 counted twice (told).
# Found by seed 200855789.
knobs 0
write 0 0 0
stop 0 0 0
write 2 6 0
start 0 0 0
tick 60 69 0
cut 0 0 0
start 0 0 0
edit 2 54 0
tick 18 30 0
tick 13 58 0
write 2 35 0
kill 0 0 0
copytruncate 2 0 0
tick 2 1 0
start 0 0 0
compress 2 1 0
reload 0 0 0
tick 0 0 0
