# A crash undoes that a log was rotated to a name that is a log of its own, under which it was first met, and it is written on, without a birth: line 1 counted twice (told).
# Found by seed 3100021301.
knobs 1
write 1 0 0
settle 0 0 0
write 0 0 0
rotate 1 8 0
tick 46 80 0
cut 0 0 0
write 1 0 0
