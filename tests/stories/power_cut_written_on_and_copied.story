# A log that a power cut had cut is written on, then copied and truncated.
# Found by seed 37.
knobs 5
write 1 9 0
tick 26 96 0
cut 0 0 0
write 1 3 0
copytruncate 1 0 0
