# A late line came to a rotated file while its archive was compared with its beginning, and more was read of it than that: line 19 was seen and is lost, and nothing says so.
# Found by seed 82021145.
knobs 64
write 3 4 0
write 3 18 0
write 3 40 0
rotate 3 0 0
write 2 0 0
tick 49 62 0
tick 11 35 0
tick 31 82 0
compress 3 1 0
tick 47 32 0
tick 58 40 0
late 3 0 26
