# Put back beside its rotated part, which has a name that may be another log's, and was met before anything was known of
# its own: line 1 counts twice, and nobody can say so. Found by seed 120016009.
knobs 0
write 1 0 0
backup 1 0 0
tick 0 0 0
rotate 1 8 22
restore 1 0 0
