# The original of a copy under way cannot be looked at for a moment.
# Found by seed 283.
knobs 0
write 3 0 0
copytruncate 3 1 0
fail 0 0 0
tick 0 0 0
