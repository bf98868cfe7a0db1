# An archive holds less than was seen of what was never read: line 6 is lost, and nothing says so. Found by seed
# 2769 of a storm.
knobs 719
tick 51 73 0
tick 29 14 0
write 0 1 0
write 0 66 0
tick 52 88 0
tick 31 98 0
tick 62 7 0
copytruncate 0 0 0
fail 0 17 0
rotate 0 0 0
tick 53 86 0
tick 3 12 0
cut 0 0 0
compress 0 0 0
