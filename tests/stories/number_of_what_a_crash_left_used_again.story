# A crash left five bytes of a log; it is edited and rotated while logtally is down, and the next log gets its number: that began with
# the same five bytes, and was gone on amid its first line: line 4 was not read.
knobs 3
cut 0 0 0
write 0 0 0
late 0 0 0
start 0 0 0
write 2 0 0
tick 29 71 0
cut 0 0 0
start 0 0 0
tick 0 0 0
stop 0 0 0
edit 2 0 0
rotate 2 0 0
write 2 0 0
