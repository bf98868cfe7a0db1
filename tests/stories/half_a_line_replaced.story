# Replaced, by unmounting what lay over it, when only half a line had been read.
# Found by seed 1006.
knobs 64
part 3 0 0
tick 0 0 0
unmount 0 0 0
part 3 0 0
tick 58 77 0
