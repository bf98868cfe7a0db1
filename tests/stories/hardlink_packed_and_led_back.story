# A hard link of it was compressed, and the link led away and back: line 2 counted twice. Found by seed 54808 of
# a storm.
knobs 23
tick 0 0 0
tick 42 42 0
write 2 0 0
hardlink 2 0 0
tick 32 91 0
switch 0 1 39
switch 0 0 0
compress 2 0 0
kill 0 0 0
write 2 0 0
