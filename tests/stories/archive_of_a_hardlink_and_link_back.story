# An archive of a hard link of what the link does not lead to for now: line 21 counted twice. Found by seed
# 22049511.
knobs 0
write 2 8 0
write 2 46 0
hardlink 2 0 0
edit 2 1 0
compress 2 0 0
write 2 0 0
tick 0 0 0
edit 0 0 0
switch 0 50 0
tick 60 81 0
tick 49 88 0
switch 0 0 0
