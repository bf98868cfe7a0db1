# After a power cut the log is copied and truncated; the next generation has the same banner.
# Found by seed 52.
knobs 73
write 2 0 0
tick 44 41 0
write 2 15 0
cut 0 0 0
copytruncate 2 0 0
write 2 0 0
