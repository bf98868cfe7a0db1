# Truncated before anything of it was read, and its copy torn by a crash: line 3 was seen and is lost, and nothing says so.
# Found by seed 600749655.
knobs 267
write 0 0 0
edit 0 83 0
write 2 0 0
hang 2 30 0
write 3 0 0
tick 3 0 0
tick 8 21 0
copytruncate 3 0 0
cut 0 0 0
