# A copy that waits for longer than rotate_wait was read to its end: 25 lines of all files, 26 counted. Found by
# seed 7702562.
knobs 11
cut 0 0 0
write 3 0 0
write 0 50 0
start 0 0 0
write 0 93 0
tick 0 0 0
write 3 86 0
rotate 3 0 0
write 3 0 0
tick 49 34 0
backup 0 0 0
cut 0 0 0
start 0 0 0
edit 3 0 0
tick 0 0 0
hang 19 0 0
scrape 0 0 0
tick 50 36 0
tick 0 0 0
cut 0 0 0
