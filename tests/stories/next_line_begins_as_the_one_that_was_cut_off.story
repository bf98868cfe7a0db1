# The last line was cut off, and the next had begun as that when it was seen: its rest was read as a line, without a word.
# Found by seed 510367537.
knobs 1028
write 0 0 0
write 0 0 0
write 2 88 0
edit 2 1 0
tick 0 0 0
truncate 2 1 0
part 2 0 0
tick 0 0 0
write 2 0 0
