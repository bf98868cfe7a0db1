# What was seen in a log that was copied and truncated is in its copy, which was renamed; by then another copy had
# the name: bytes were said to be lost. Found by seed 200276913.
knobs 0
write 0 0 0
copytruncate 0 0 0
write 2 71 0
kill 0 0 0
write 1 0 0
write 3 0 0
rotate 0 1 0
start 0 0 0
copytruncate 2 0 0
tick 0 0 0
write 0 0 31
write 2 28 34
late 0 0 26
copytruncate 2 0 17
