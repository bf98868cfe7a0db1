# A log was edited while its directory was away, and written on, and late lines came to what was replaced: what the new one
# had more was taken for a part, and lost.
# Found by seed 510421678.
knobs 32
write 0 67 0
tick 0 0 0
edit 0 0 0
write 0 0 0
away 0 0 0
tick 61 98 0
late 0 1 11
