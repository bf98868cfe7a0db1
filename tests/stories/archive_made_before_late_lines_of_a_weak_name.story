# An archive that was made before the last lines of a log that is called as a part; that was given up: line 2 counted twice (told).
# Found by seed 50063871.
knobs 0
write 1 0 0
rotate 1 0 0
write 1 0 0
rotate 1 11 0
compress 1 51 0
late 1 0 0
tick 0 0 0
compress 1 0 0
compress 1 1 0
tick 50 93 0
write 1 0 0
tick 58 48 0
tick 59 39 0
tick 3 67 0
