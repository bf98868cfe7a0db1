# Put back slowly beside its rotated part: what there is at the first look proves nothing. Line 1 counts twice, and
# nobody can say so. Found by seed 97000192.
knobs 0
write 2 0 0
backup 2 0 0
tick 0 0 0
rotate 2 0 0
restore 2 82 0
tick 0 0 0
