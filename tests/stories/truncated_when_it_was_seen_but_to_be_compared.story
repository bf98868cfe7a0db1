# Of a log that had half a line when it was met more was seen only when a copy was compared with it, and it was truncated then:
# lost without a word.
# Found by seed 510111299.
knobs 256
part 0 0 0
bak 0 0 0
tick 1 0 0
write 0 0 0
write 1 0 0
tick 52 0 0
truncate 0 0 26
