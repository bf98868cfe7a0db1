# A writer ends a line in a file that is packed, and goes on in the next: an archive in which that is not is told.
# Found by seed 700089219.
knobs 0
write 3 32 0
part 3 0 0
edit 0 87 0
rotate 3 0 0
compress 3 0 0
write 3 0 0
