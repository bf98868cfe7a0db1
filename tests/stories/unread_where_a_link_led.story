# Nothing was read of what a link led to: line 7 counted twice, and nothing says so.
# Found by seed 8007105.
knobs 1
write 2 29 0
rotate 2 1 0
edit 0 31 0
write 2 0 0
copytruncate 2 1 0
reload 0 34 0
reload 0 0 0
switch 0 8 0
tick 0 0 0
tick 0 0 0
switch 0 0 0
tick 29 0 0
