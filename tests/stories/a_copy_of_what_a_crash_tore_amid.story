# A crash takes the middle of a log, of which there is a copy: that was held back, and never read.
knobs 38
stop 0 0 0
write 2 26 0
write 0 41 0
write 0 1 0
part 0 0 0
write 0 0 0
write 1 23 0
write 1 2 0
write 0 21 0
write 0 21 0
rotate 0 0 0
late 0 96 0
start 0 0 0
write 0 95 0
compress 2 0 0
write 0 47 0
unlink 0 0 0
stop 0 0 0
rotate 2 0 0
write 1 46 0
copytruncate 1 78 0
part 1 0 0
write 0 0 0
copytruncate 0 1 0
write 2 0 0
cut 0 0 0
