# A newcomer's beginning comes in short reads: line 65 counted twice, and nothing says so.
# Found by seed 10023144.
knobs 65
write 3 35 0
write 1 53 0
write 0 3 0
write 3 57 0
write 3 26 0
write 1 98 0
copytruncate 3 1 0
write 2 1 0
write 0 7 0
write 3 18 0
part 1 0 0
write 2 15 0
write 0 0 0
tick 0 0 0
write 3 15 0
write 0 77 0
write 2 0 0
switch 0 32 0
edit 2 66 0
write 2 33 30
unmount 0 0 23
short 0 1 14
tick 56 62 0
stop 0 0 0
part 3 0 0
unlink 2 0 0
start 0 0 0
copytruncate 3 0 0
write 2 30 0
tick 0 0 0
mount 0 0 0
copytruncate 0 1 0
tick 58 54 0
