# A name that is a log of its own, renamed and compressed: line 1 counted twice.
# Found by seed 9006275.
knobs 0
write 3 0 0
rotate 3 11 0
tick 27 56 0
kill 0 0 0
late 3 0 0
compress 3 0 0
rotate 3 11 0
