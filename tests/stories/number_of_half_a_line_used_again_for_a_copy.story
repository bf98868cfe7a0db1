# Half a line in a part whose number, without a birth, is a copy's by now: line 2 counted twice.
# Found by seed 41020243.
knobs 3
part 3 0 0
copytruncate 3 0 0
write 3 0 0
tick 53 70 0
compress 3 0 0
kill 0 0 0
copytruncate 3 0 0
