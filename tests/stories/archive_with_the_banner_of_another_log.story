# Another log begins with the same banner: 1 lines that are owed were not counted, the first is 13.
# Found by seed 8001501.
knobs 77
write 2 47 0
edit 0 59 0
write 0 0 0
settle 0 0 0
write 1 0 0
write 0 0 0
rotate 2 7 0
write 3 95 0
write 2 86 0
rotate 0 0 0
rotate 2 6 0
switch 0 1 0
cut 0 0 0
compress 0 0 0
