# A crash tears a copy, which is rotated, and a whole one is compressed: the archive was held back for the torn one.
knobs 72
tick 14 90 0
write 3 0 2
write 0 0 0
part 0 0 0
write 3 56 0
settle 0 0 0
copytruncate 3 1 0
copytruncate 0 0 0
cut 0 0 0
copytruncate 3 0 0
compress 3 91 0
