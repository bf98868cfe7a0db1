# Where a link leads cannot be read: line 13 counted twice.
# Found by seed 6085811.
knobs 256
write 2 0 0
tick 3 0 0
rotate 2 0 0
write 2 69 0
hardlink 2 0 0
write 2 0 0
compress 2 30 0
hardlink 2 0 0
write 2 0 0
tick 57 69 0
kill 0 0 0
hang 3 68 0
start 0 0 0
fail 0 32 0
fail 0 51 0
fail 0 31 0
write 0 0 0
tick 2 0 0
unlink 2 0 0
tick 3 0 0
