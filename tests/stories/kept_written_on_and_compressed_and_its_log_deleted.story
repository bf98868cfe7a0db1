# What an editor kept is written on and compressed; what it made of it is deleted: line 9 counted twice (told).
# Found by seed 3320000735.
knobs 4
write 3 55 0
bak 0 15 0
bak 3 0 0
late 3 0 0
compress 3 0 0
tick 0 0 0
unlink 3 0 0
stop 0 0 0
