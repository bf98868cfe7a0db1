# What an editor kept gets a late line while logtally is down, and the copy is gone: taken for a part, and told: 1 lines that are owed were not counted, the first is 10 (told).
# Found by seed 50618729.
knobs 32
write 1 55 0
bak 1 0 0
write 1 0 0
tick 0 0 0
unlink 1 0 0
stop 0 0 0
late 1 85 0
