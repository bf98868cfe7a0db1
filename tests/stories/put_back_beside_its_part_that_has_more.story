# Put back beside its rotated part, to which a late line came meanwhile: nothing tells it from a generation with the
# same banner. Line 1 counts twice, and nobody can say so. Found by seed 120014095.
knobs 0
write 0 0 0
backup 0 0 0
rotate 0 0 0
late 0 1 0
tick 0 0 0
restore 0 0 0
