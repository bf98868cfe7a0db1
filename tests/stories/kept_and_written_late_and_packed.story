# What an editor kept got a last line and was compressed at once; its archive was taken for that of the copy, which was truncated: line 2 counted twice (told).
# Found by seed 50604140.
knobs 0
tick 0 0 0
write 3 0 8
bak 3 0 0
tick 3 1 0
truncate 3 0 0
late 3 0 0
compress 3 0 0
