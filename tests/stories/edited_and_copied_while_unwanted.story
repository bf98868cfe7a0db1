# Edited, and copied slowly, while nobody wanted it: line 16 counted twice. Found by seed 13004212.
knobs 64
write 3 52 0
tick 1 0 0
reload 0 26 0
write 3 9 0
tick 0 0 0
settle 0 0 0
rewrite 3 1 0
edit 3 0 0
copytruncate 3 95 0
write 3 0 0
tick 40 99 0
