# Number used again and copied: line 2 counted twice.
# Found by seed 101811.
knobs 3
write 3 0 0
rotate 3 1 0
tick 36 56 0
unlink 3 0 0
write 3 0 0
kill 0 0 0
copytruncate 3 87 0
