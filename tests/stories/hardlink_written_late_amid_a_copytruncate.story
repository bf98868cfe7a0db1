# A hard link kept what an editor replaced, and was held as a copy; late lines came to it before anybody saw that the log had been copied and truncated: 2 lines that are owed were not counted, the first is 22.
# Found by seed 82003751.
knobs 0
write 1 0 0
hardlink 1 0 0
write 1 43 0
edit 1 0 0
copytruncate 1 1 0
write 1 46 0
write 0 0 0
tick 0 0 0
late 1 1 0
