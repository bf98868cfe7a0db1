# Hardlink compressed and rotated: line 1 counted twice.
# Found by seed 103641.
knobs 0
write 3 0 0
hardlink 3 0 0
compress 3 0 0
rotate 3 8 0
