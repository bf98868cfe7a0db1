# That a content which is gone was written again was not remembered over a kill, and an archive went on in it instead
# of in what was written: line 3 counted twice.
# Found by seed 200861952.
knobs 8
write 1 0 0
tick 0 0 0
reload 0 17 0
hang 3 27 0
edit 1 0 0
write 2 0 0
tick 0 0 0
write 1 0 0
tick 58 42 0
reload 0 0 0
tick 36 67 0
kill 0 0 0
write 1 0 0
rotate 1 0 0
write 1 0 0
compress 1 0 0
