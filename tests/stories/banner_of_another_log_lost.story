# The archive of a log begins with the banner of another that was lost: line 2 counted twice.
# Found by seed 11015821.
knobs 8
write 1 0 0
write 0 0 0
part 0 0 0
tick 0 0 0
tick 34 93 0
rotate 0 0 0
truncate 1 1 0
compress 0 0 0
write 0 0 0
unlink 1 0 0
