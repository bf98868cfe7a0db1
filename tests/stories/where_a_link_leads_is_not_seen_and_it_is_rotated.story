# Nobody could see where the link leads when its log was first read, and that is rotated and written anew, and cut by a crash: 1 lines that are owed were not counted, the first is 5 (told).
# Found by seed 500311753.
knobs 0
stop 0 0 0
fail 15 29 0
write 3 0 0
write 2 0 0
start 0 0 0
tick 0 0 0
rotate 3 0 0
tick 63 79 0
rotate 2 0 0
write 1 0 0
tick 37 72 0
write 3 0 0
write 2 0 0
part 0 0 0
tick 43 68 0
bak 0 55 0
cut 0 0 0
