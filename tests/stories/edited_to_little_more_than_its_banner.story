# An editor took all but a line behind the banner, of whose length only hashes are left: line 13 counted twice (told).
# Found by seed 50065575.
knobs 8
write 0 0 0
write 3 1 0
tick 62 47 0
write 0 77 26
unlink 3 0 32
part 0 0 0
tick 57 83 0
tick 61 45 0
write 0 1 0
write 3 1 0
edit 3 7 0
