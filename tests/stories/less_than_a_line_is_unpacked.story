# Less than a line is in an archive, and is unpacked: that is told, as it may be the beginning of anything.
# Found by seed 200958035.
knobs 257
part 3 0 0
rotate 3 0 0
compress 3 1 0
write 3 0 0
tick 21 90 0
compress 3 0 0
kill 0 0 0
unpack 3 0 0
