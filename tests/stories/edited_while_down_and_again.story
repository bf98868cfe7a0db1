# What was edited while down, perhaps, was taken for another generation: line 15 counted twice. Found by seed
# 21013199.
knobs 0
write 0 50 0
tick 0 0 0
stop 0 0 0
edit 0 1 0
write 0 34 0
start 0 0 0
copytruncate 0 0 0
write 0 38 0
edit 0 79 0
