# An editor's work goes away with its directory before anybody looked.
# Found by seed 11.
knobs 5
write 0 7 0
tick 33 11 0
edit 0 0 0
away 0 0 0
tick 5 87 0
