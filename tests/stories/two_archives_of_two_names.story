# Two archives of two names: line 1 counted twice.
# Found by seed 201972.
knobs 0
write 3 0 0
hardlink 3 0 0
rotate 3 0 0
compress 3 0 0
compress 0 0 0
compress 3 0 0
