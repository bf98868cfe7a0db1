# Half a line, kept by an editor, counted as it stood; it is ended, another comes, which is seen, and it is packed.
# Found by seed 710058119.
knobs 64
part 2 0 0
bak 2 1 0
edit 0 11 0
late 2 0 0
write 0 0 0
write 3 0 0
tick 45 29 0
compress 2 0 29
