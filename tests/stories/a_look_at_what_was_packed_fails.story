# While an archive is made, a look at what it is made of fails: that was taken for gone, and line 1 counted twice.
# Found by seed 29994 of a storm.
knobs 614
write 2 65 0
rotate 2 17 0
compress 2 1 0
tick 0 0 0
write 3 0 0
tick 50 87 0
unmount 0 0 0
tick 48 68 0
tick 28 99 0
tick 48 76 0
