# The same, nothing being known of the hard link, as its directory was away: 2 lines that are owed were not counted, the first is 15.
# Found by seed 82003751.
knobs 32
write 1 28 0
hardlink 1 0 0
write 1 43 0
tick 0 0 0
edit 1 0 15
copytruncate 1 1 0
write 1 0 0
away 0 0 0
tick 0 0 0
late 1 1 0
