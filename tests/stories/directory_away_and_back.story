# The directory of the logs is renamed away for a while and comes back.
# Found by seed 30.
knobs 0
write 1 61 14
tick 35 56 0
away 26 80 0
tick 56 84 0
tick 41 84 28
