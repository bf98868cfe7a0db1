# Edited down and its hardlink packed: line 1 counted twice, and nothing says so.
# Found by seed 300185.
knobs 0
write 0 0 0
hardlink 0 0 0
compress 0 0 0
tick 9 0 0
edit 0 0 0
stop 0 0 0
