# A crash cut a log, it was written on and copied; an archive of it seems to hold as much: 1 lines that are owed were not counted, the first is 17 (told).
# Found by seed 34018795.
knobs 356
write 2 0 0
write 0 0 0
write 1 0 0
write 0 34 0
hardlink 0 0 0
write 3 0 0
edit 0 0 0
rotate 2 0 0
edit 0 0 0
unlink 0 0 0
part 1 0 0
edit 3 6 0
hardlink 3 0 0
compress 0 1 0
cut 0 0 0
write 0 0 0
copytruncate 0 0 0
