# What a crash left amid a line counted as it stood, and the next generation begins with that: line 4 is lost.
# Found by seed 24013771.
knobs 270
part 0 0 0
write 3 0 0
write 2 0 0
cut 0 0 0
rotate 3 7 0
start 0 0 0
tick 47 48 0
tick 36 26 0
unlink 3 0 0
tick 57 59 0
write 3 0 0
rotate 3 7 0
