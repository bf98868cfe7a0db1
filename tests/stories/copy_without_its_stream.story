# A copy under a symlink's log is looked at again while the log itself cannot be opened.
# Found by seed 1605.
knobs 128
write 1 0 0
write 0 0 0
write 3 0 0
tick 0 0 0
tick 31 38 0
fail 18 1 0
write 2 0 0
write 0 0 0
copytruncate 2 0 0
write 1 0 0
write 3 0 0
tick 3 1 0
