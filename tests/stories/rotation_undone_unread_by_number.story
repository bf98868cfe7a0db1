# A crash undid the rotation of what was not yet read, where no birth is known: line 3 counted twice.
# Found by seed 12002823.
knobs 257
tick 20 85 0
part 2 0 0
settle 0 0 0
tick 51 58 0
write 0 0 0
rotate 2 0 0
tick 0 0 0
tick 54 62 0
cut 0 0 0
write 2 0 0
