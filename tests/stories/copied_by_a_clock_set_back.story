# Copied by a clock that was set: line 1 counted twice, and nothing says so.
# Found by seed 31367: its copy seems to be older than it is.
knobs 134
write 1 1 0
clock 0 50 0
write 0 0 0
cut 0 0 0
copytruncate 1 38 0
clock 0 76 0
