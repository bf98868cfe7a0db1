# The same where the file system knows no time of birth.
# Found by seed 8.
knobs 1
write 2 92 0
tick 55 27 5
cut 29 59 0
