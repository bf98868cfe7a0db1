# An editor's work after a restart, when nothing holds what it replaced open: line 4 counted twice (told).
# Found by seed 600825319.
knobs 32
write 0 16 0
tick 54 37 0
stop 0 0 0
start 0 0 0
edit 0 35 0
