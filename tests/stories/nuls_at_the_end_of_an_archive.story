# An archive ends in NULs that a crash left; another file begins alike: lines were taken as read.
knobs 140
write 2 16 0
write 0 74 0
tick 62 99 0
write 1 0 35
cut 0 0 0
hardlink 1 0 0
start 0 0 0
write 0 0 0
compress 1 0 0
tick 0 0 0
truncate 1 0 0
tick 22 82 0
cut 0 0 0
rotate 1 0 0
write 1 1 0
rotate 1 0 0
