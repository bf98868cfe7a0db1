# A part of a directory that was moved away is found there by a reload, and is back later: line 1 counted twice (told).
# Found by seed 50058282.
knobs 1
write 1 0 0
rotate 1 9 0
tick 2 1 0
away 0 0 0
tick 0 0 0
reload 0 0 0
tick 0 0 0
stop 0 0 0
late 1 0 0
