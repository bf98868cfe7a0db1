# A crash took only the newline of a line that counted, and no birth is known: line 86 counted twice, and nothing says so.
# Found by seed 200576063.
knobs 455
short 0 1 0
write 3 27 0
write 1 0 0
part 0 0 0
write 0 0 0
write 1 41 0
tick 2 0 0
write 0 26 0
write 1 21 0
write 0 54 0
copytruncate 3 0 0
write 0 94 0
write 0 5 0
edit 2 99 0
write 3 11 0
write 3 87 0
part 2 0 0
write 1 42 0
tick 41 66 0
unlink 3 0 0
rotate 1 0 0
tick 34 73 0
write 1 42 0
tick 45 90 0
write 3 88 0
tick 34 95 0
cut 0 0 0
start 0 0 0
tick 2 0 0
write 3 0 0
rotate 3 0 0
