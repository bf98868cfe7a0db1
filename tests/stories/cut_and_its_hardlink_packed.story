# Cut by a crash, and its hard link compressed: line 6 counted twice, and nothing says so.
# Found by seed 904649: the archive was taken for a copy with all that was read.
knobs 34
write 3 0 0
write 0 43 0
tick 13 87 0
write 0 68 0
stop 0 0 0
part 3 0 0
write 2 0 0
cut 0 0 0
hardlink 0 0 0
start 0 0 0
write 0 0 0
tick 0 0 0
away 0 0 30
back 0 0 0
compress 0 0 0
