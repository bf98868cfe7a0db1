# A half-made copy and a hard link hold all that was read of one that is gone: line 2 counted twice without a word.
knobs 0
write 2 0 0
tick 0 0 0
stop 0 0 0
write 2 0 0
edit 2 0 0
copytruncate 2 1 0
tick 2 1 0
hardlink 2 0 0
part 2 0 0
start 0 0 0
switch 0 1 0
tick 0 0 0
