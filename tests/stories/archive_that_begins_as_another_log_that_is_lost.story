# An archive begins with the banner of another log, of which no more was read before it was truncated: a line was
# not counted. Found by seed 110000892.
knobs 12
write 0 3 0
write 2 0 0
cut 0 0 0
start 0 0 0
tick 0 0 0
truncate 0 0 0
tick 0 0 0
write 0 0 0
write 0 0 0
write 2 0 0
copytruncate 2 0 0
compress 2 0 0
