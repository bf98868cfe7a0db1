# What a link led to was read to its end and closed: line 1 counted twice.
# Found by seed 5018737.
knobs 136
write 2 0 0
write 1 0 0
part 3 0 0
tick 0 0 0
tick 0 0 0
rotate 1 1 0
reload 0 0 0
switch 0 1 0
unlink 3 0 0
write 2 0 0
tick 43 74 0
switch 0 0 0
