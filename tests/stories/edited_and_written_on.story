# An editor takes the last line away, and more is written before anybody looked.
# Found by seed 16.
knobs 4
write 0 8 0
tick 12 45 0
edit 0 1 0
write 0 0 0
