# An archive of what was written on while it was made, and of which an older one was lost: line 2 counted twice.
# Found by seed 12015115.
knobs 0
write 3 0 0
edit 0 38 0
settle 0 0 0
cut 0 0 0
edit 3 0 0
start 0 0 0
write 3 0 0
tick 0 0 0
part 3 0 0
rotate 3 0 0
edit 0 0 0
compress 3 0 0
write 3 0 0
