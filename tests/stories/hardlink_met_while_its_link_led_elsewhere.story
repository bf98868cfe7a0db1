# A log was first met by its hard link, which is called as a part, since its symlink led elsewhere for a moment; its copy was not looked for: 1 lines that are owed were not counted, the first is 2.
# Found by seed 78013714.
knobs 0
write 2 0 0
hardlink 2 0 0
tick 0 0 0
switch 0 52 25
switch 0 0 0
copytruncate 2 1 0
write 2 0 0
