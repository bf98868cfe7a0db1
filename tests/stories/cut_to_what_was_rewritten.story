# Cut by a crash to what two generations had in common, and rotated: line 12 counted twice, and nothing says so.
# Found by seed 6077531.
knobs 259
write 3 80 0
tick 1 0 0
rewrite 3 1 0
tick 9 0 0
write 3 1 0
rotate 3 0 0
tick 47 34 0
write 3 50 0
tick 45 96 0
rotate 3 1 0
cut 0 0 0
