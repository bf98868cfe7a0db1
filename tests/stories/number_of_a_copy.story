# A copy has the number of an older one and all of a younger one: line 10 counted twice.
# Found by seed 6007793.
knobs 3
write 2 68 0
edit 2 0 0
tick 0 0 0
stop 0 0 0
edit 2 0 0
copytruncate 2 1 0
start 0 0 0
write 2 0 0
tick 0 0 0
