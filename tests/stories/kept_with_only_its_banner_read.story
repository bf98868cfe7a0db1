# Of what an editor kept only the banner had been read, and the same lines stood in both: line 4 counted twice without a
# word.
# Found by seed 200357730.
knobs 8
switch 0 8 0
write 2 1 0
tick 0 0 0
switch 0 0 0
write 2 0 0
tick 0 0 0
truncate 2 1 0
tick 1 82 0
write 2 0 0
bak 2 0 0
