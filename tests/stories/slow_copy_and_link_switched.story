# Slow copy and link switched: line 8 counted twice.
# Found by seed 943.
knobs 0
write 2 67 0
tick 0 0 0
copytruncate 2 1 0
switch 0 76 0
tick 48 27 0
tick 62 77 0
