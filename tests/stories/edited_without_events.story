# Edited, then written on, where no events come: it counts again, and that is told.
# Found by seed 1744.
knobs 64
stop 0 0 0
reload 0 1 0
hang 1 23 0
start 0 0 0
write 3 86 0
tick 0 0 0
edit 3 1 0
tick 14 98 0
write 3 0 0
