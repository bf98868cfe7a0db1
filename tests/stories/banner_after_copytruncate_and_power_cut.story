# A crash left the banner of the next generation: line 11 counted twice.
# Found by seed 7016518.
knobs 8
tick 57 85 0
write 3 81 0
write 2 92 0
write 3 43 0
late 2 32 0
tick 31 8 0
write 2 75 0
tick 35 70 0
write 3 39 0
rotate 3 0 0
tick 4 98 0
tick 35 26 0
short 0 1 0
copytruncate 2 1 0
fail 19 0 0
part 3 0 0
tick 16 62 0
write 2 0 0
write 3 99 0
copytruncate 2 0 0
settle 0 0 0
write 1 98 0
write 2 0 0
write 0 0 0
switch 0 1 0
part 2 0 0
write 0 0 0
cut 0 0 0
