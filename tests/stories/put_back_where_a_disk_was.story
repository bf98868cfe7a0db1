# A rotated file was away with its disk, over a restart, and what had it for content came in the place of its log: that it
# was rotated was forgotten, and line 1 counted twice without a word.
# Found by seed 500574347.
knobs 4
write 3 0 0
backup 3 0 0
tick 0 0 0
rotate 3 1 11
part 1 0 0
rotate 1 1 0
unmount 0 0 0
tick 0 0 0
stop 0 0 0
restore 3 0 0
start 0 0 0
tick 0 0 0
