# A power cut brings a deleted log back.
# Found by seed 44.
knobs 1
write 0 32 0
tick 37 99 7
unlink 2 62 0
cut 47 89 13
