# Held open over a restart without a name, and back by its number: line 1 counted twice.
# Found by seed 11007665.
knobs 1
write 0 0 0
tick 0 0 0
tick 0 0 0
away 0 0 0
tick 0 0 0
stop 0 0 0
start 0 0 0
tick 48 82 0
tick 35 94 0
late 0 0 0
