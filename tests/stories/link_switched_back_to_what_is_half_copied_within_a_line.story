# A link is pointed elsewhere while what it led to is copied, within its first line, and back: the copy is one.
# It was met first, as a generation that nobody saw, and nothing of it was read.
# Found by seed 510871369.
knobs 0
write 2 0 0
copytruncate 2 1 0
switch 0 32 0
write 2 0 0
tick 0 0 0
switch 0 0 0
tick 0 0 0
