# Where the link leads now cannot be opened at the start, for lack of descriptors, and what lies rotated there is met in the moment
# in which that is looked at again: line 4 was lost without a word.
knobs 128
switch 0 40 0
write 2 0 0
tick 0 0 0
write 0 0 0
copytruncate 0 0 0
stop 0 0 0
switch 0 1 0
tick 41 0 0
write 1 0 0
write 2 0 0
copytruncate 2 0 0
copytruncate 1 0 0
compress 2 0 0
