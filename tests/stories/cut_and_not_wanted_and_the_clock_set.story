# A crash cuts a log, which is written on; nobody wants it then, and the clock is set before it is looked into: told.
# Found by seed 700204927.
knobs 293
write 1 34 0
tick 11 96 0
write 3 0 0
part 2 0 0
write 0 0 0
copytruncate 0 1 0
cut 0 0 0
reload 0 86 0
start 0 0 0
write 1 0 0
tick 2 0 0
stop 0 0 0
clock 0 64 0
