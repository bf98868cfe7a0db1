# What waits, alike with what is gone, is looked at twice in the look that gives another one up: 1 lines that are owed were not counted, the first is 13 (told).
# Found by seed 3100124155.
knobs 8
write 3 2 0
tick 13 10 0
unmount 0 0 0
write 0 1 0
tick 63 90 0
write 3 1 0
late 0 64 0
tick 38 63 0
tick 32 43 0
tick 47 27 0
unlink 3 0 0
tick 15 77 0
write 3 0 0
tick 62 73 0
tick 47 87 0
write 0 0 0
tick 41 23 0
kill 0 0 0
