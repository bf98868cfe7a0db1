# Rewritten in place, half of it, and written on while nobody wants it, before a crash left NULs at its end: 1 lines that are owed were not counted, the first is 17.
# Found by seed 3100110819.
knobs 2
write 3 43 0
write 3 91 0
tick 0 0 0
reload 0 8 0
rewrite 3 1 0
settle 0 0 0
tick 21 63 0
write 3 0 0
late 3 0 0
cut 0 0 0
