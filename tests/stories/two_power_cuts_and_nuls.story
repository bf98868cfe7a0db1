# NULs of a second crash: 2 lines that are owed were not counted, the first is 51 (told).
# Found by seed 9006588.
knobs 77
write 3 10 0
write 0 6 0
tick 40 77 0
write 3 83 26
write 3 62 0
write 2 16 0
cut 0 0 0
write 0 95 0
cut 0 0 0
write 3 2 0
write 1 0 0
rotate 3 0 0
start 0 0 0
tick 0 0 0
write 3 0 0
kill 0 0 0
write 2 0 0
start 0 0 0
unmount 0 0 0
write 0 0 0
tick 63 24 0
cut 0 0 0
