# Power cut and nuls of a copy: line 6 counted twice, and nothing says so.
# Found by seed 101190.
knobs 3
write 3 0 0
write 2 1 0
write 0 89 0
tick 41 39 0
copytruncate 0 0 0
part 0 0 0
hardlink 0 0 0
cut 0 0 0
