# Read on where its disk was away, copied and truncated before that, and its copy gone with the power: line 5 was seen and is lost, and nothing says so.
# Found by seed 600749655.
knobs 256
write 0 1 0
write 3 0 0
tick 1 0 0
unmount 0 0 0
bak 0 99 0
edit 0 0 0
write 3 0 0
mount 0 0 0
hang 2 30 0
write 3 0 0
tick 3 0 0
tick 8 21 0
copytruncate 3 0 0
cut 0 0 0
