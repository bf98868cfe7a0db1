# A replaced log cannot be opened before its link is pointed elsewhere: line 2 counted twice without a word.
knobs 192
tick 33 11 0
write 2 1 0
tick 61 88 0
edit 2 0 0
part 3 0 0
write 0 0 0
tick 4 44 0
switch 0 1 0
