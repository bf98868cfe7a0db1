# Cut by a crash and written on while nobody wants it, and read only at the second start after another crash, which left all of it: 1 lines that are owed were not counted, the first is 25 (told).
# Found by seed 200900788.
knobs 16
write 3 2 0
late 3 84 0
write 2 65 0
part 0 0 0
write 2 44 0
tick 63 88 0
reload 0 28 0
cut 0 0 0
write 2 0 0
start 0 0 0
tick 20 87 0
settle 0 0 0
cut 0 0 0
start 0 0 0
stop 0 0 0
