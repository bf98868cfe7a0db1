# Hardlink compressed and power cut: line 9 counted twice.
# Found by seed 100055.
knobs 6
write 0 67 0
tick 21 65 0
cut 0 0 0
write 0 0 0
hardlink 0 0 0
compress 0 0 0
