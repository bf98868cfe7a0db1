# An archive of a copy, of which the log has more by now: line 5 counted twice.
# Found by seed 6052901.
knobs 0
write 1 0 0
tick 50 23 0
part 1 0 0
write 0 0 0
kill 0 0 0
write 0 0 0
edit 1 0 0
write 1 0 0
copytruncate 1 6 0
write 1 0 0
compress 1 0 0
