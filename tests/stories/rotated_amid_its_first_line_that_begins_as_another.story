# Rotated when no more than a part of its first line had been written, with which the next log begins, too: every line
# counted once, and a doubt was told. Found by seed 120036012.
knobs 1
part 2 0 0
rotate 2 0 0
tick 0 0 0
write 2 0 0
