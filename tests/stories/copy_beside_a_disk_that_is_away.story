# A crash, and a disk that is away: line 2 counted twice.
# Found by seed 6086869.
knobs 8
unmount 0 0 0
write 3 0 0
rotate 3 0 0
mount 0 0 0
write 3 0 0
settle 0 0 0
tick 24 64 0
rotate 0 0 0
cut 0 0 0
unmount 0 0 0
start 0 0 0
tick 0 0 0
