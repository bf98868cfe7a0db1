# What an editor put in the place of what he kept is never looked into: bytes are said to be lost, and every line counts.
# Found by seed 600217616.
knobs 132
write 0 0 0
write 1 0 0
tick 0 0 0
write 3 0 0
bak 1 0 0
tick 0 0 0
unlink 1 0 0
