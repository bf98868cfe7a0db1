# A disk was away over a crash that tore a log of it, and what lay in its place was edited, so that two contents share much:
# line 2 counted twice without a word; where no birth is known nothing tells.
# Found by seed 510698711.
knobs 65
write 3 27 0
part 0 0 0
tick 39 76 0
kill 0 0 0
unmount 0 0 0
part 1 0 0
write 3 1 0
bak 3 1 0
write 3 0 0
start 0 0 0
tick 28 70 0
tick 15 52 0
tick 3 98 0
tick 19 24 0
tick 24 26 0
tick 4 0 0
tick 13 64 0
cut 0 0 0
