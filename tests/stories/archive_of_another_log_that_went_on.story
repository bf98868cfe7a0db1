# The same of a part that is a log of its own: line 2 counted twice. Found by seed 11039753.
knobs 8
write 0 0 0
tick 0 0 0
rotate 0 12 0
write 0 0 0
rotate 0 94 0
part 0 0 0
edit 0 99 0
compress 0 1 0
late 0 1 0
