# Unpacked slowly, and no birth is known: it got the number that it had had before, line 1 counted twice, and nothing
# says so. Found by seed 200253606.
knobs 67
write 1 0 0
copytruncate 1 0 0
tick 63 96 0
compress 1 0 0
unpack 1 1 0
edit 0 15 0
