# Deleted and power cut twice: 1 lines that are owed were not counted, the first is 3.
# Found by seed 2073.
knobs 19
write 1 0 0
settle 0 0 0
write 0 0 0
cut 0 0 0
unlink 1 0 0
cut 0 0 0
write 0 0 0
