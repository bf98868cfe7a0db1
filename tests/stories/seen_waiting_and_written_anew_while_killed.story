# What a link leads to now begins with the banner of what is gone, and waits; it is truncated and written anew while
# logtally is killed: what was in it is told as lost.
# Found by seed 700299829.
knobs 8
write 2 0 0
late 2 14 0
tick 5 94 0
late 2 1 0
write 0 1 0
switch 0 1 0
edit 0 78 0
tick 34 0 0
late 0 0 0
write 0 0 0
write 2 0 0
tick 9 61 0
truncate 2 0 0
kill 0 0 0
write 2 0 0
