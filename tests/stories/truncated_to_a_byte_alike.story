# A log of one line is copied and truncated; the first byte of the next line is that of the first. That is no
# part of what was read: the copy is. It counted again.
knobs 135
write 0 1 0
write 0 28 0
write 1 0 0
tick 0 0 0
copytruncate 1 0 0
part 1 0 0
