# Where a symlink leads cannot be read when its file is rotated: the next generation was never looked for.
knobs 64
tick 30 20 0
fail 0 51 0
write 2 0 0
tick 19 23 0
tick 17 66 0
rotate 2 0 0
tick 23 96 0
late 2 0 0
write 2 0 0
edit 0 95 0
unlink 2 0 0
