# A crash brings back what an editor replaced: line 3 counted twice, and nothing says so.
# Found by seed 6052551.
knobs 433
write 0 74 0
settle 0 0 0
write 3 0 0
write 2 0 0
tick 8 0 0
edit 0 1 0
tick 33 99 0
edit 0 0 0
rotate 0 0 0
cut 0 0 0
