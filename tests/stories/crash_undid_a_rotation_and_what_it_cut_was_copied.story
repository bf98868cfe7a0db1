# No birth is known: a crash of the machine undid a rotation and cut the log, which was written on, copied, truncated and
# rotated again before logtally looked: the line that was written on is in the copy, and counts.
# Found by seed 510251108.
knobs 241
part 0 0 0
write 3 0 0
write 0 0 0
settle 0 0 0
write 2 22 0
write 3 20 0
rotate 3 7 0
tick 48 64 0
write 3 0 0
cut 0 0 0
write 3 0 0
copytruncate 3 0 0
rotate 3 7 0
