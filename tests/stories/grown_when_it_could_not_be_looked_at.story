# Written to while calls fail, as long as it takes to be idle: half a line counted as it stood, and its rest was lost.
# Found by seed 120047038.
knobs 0
write 0 0 0
tick 21 38 0
away 0 0 0
tick 28 77 0
tick 24 50 0
fail 39 26 0
back 0 0 0
part 0 0 0
tick 23 86 0
write 0 0 0
