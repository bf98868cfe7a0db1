# A crash left a part of the banner, and of two that begin so one went on in an archive: line 4 counted twice, and told.
# Found by seed 500031164.
knobs 74
write 0 0 0
write 3 0 0
part 0 0 0
tick 12 93 0
cut 0 0 0
rotate 3 7 0
start 0 0 0
write 3 0 0
tick 2 1 0
stop 0 0 0
write 3 0 0
rotate 3 6 0
compress 3 0 0
write 3 0 0
