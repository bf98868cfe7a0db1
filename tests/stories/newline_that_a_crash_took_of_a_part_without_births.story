# A crash left all of a line but its newline, in a log that is rotated then, and no birth is known: line 19 counted twice, and nothing says so.
# Found by seed 200410996.
knobs 131
part 0 0 0
write 2 89 0
write 1 82 0
write 0 1 0
write 0 74 0
tick 16 78 0
write 0 81 0
write 0 55 0
rotate 0 1 0
cut 0 0 0
start 0 0 0
tick 0 0 0
write 0 0 0
rotate 0 0 0
stop 0 0 0
