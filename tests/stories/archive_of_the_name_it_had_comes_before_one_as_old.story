# An editor kept what was, of which the first line had been read, and it was packed; what it made is packed as well, at the same
# second: its archive is that which has its name, and its last line counts once.
# Found by seed 510859203.
knobs 0
write 2 0 0
tick 54 70 0
kill 0 0 0
write 2 56 0
bak 2 0 0
write 2 0 0
compress 2 0 0
start 0 0 0
tick 0 0 0
rotate 2 0 0
tick 0 0 0
compress 2 0 0
