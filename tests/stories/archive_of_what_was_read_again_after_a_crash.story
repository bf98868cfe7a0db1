# A log that a crash cut was written on and read again; then an archive of it came, made before its last lines: line 16 counted twice.
# Found by seed 50000617.
knobs 129
write 2 19 0
write 0 0 0
late 0 1 0
write 2 3 0
tick 40 30 0
cut 0 0 0
write 2 32 0
rotate 2 0 0
compress 2 1 0
start 0 0 0
write 2 0 0
late 2 1 0
tick 0 0 0
