# The directory of a log cannot be read for once, while a part lies beside what its name led to: that waits
# for the next look. It was looked at again at once, without an end.
knobs 96
settle 42 18 0
write 16 99 17
cut 7 12 2
write 22 47 24
write 11 44 15
away 52 47 0
cut 17 27 11
start 21 62 0
tick 61 33 12
write 10 23 0
tick 14 30 0
tick 47 74 0
edit 30 3 0
write 10 87 7
tick 63 86 22
rotate 46 11 12
switch 36 76 30
switch 37 81 0
fail 30 9 15
write 22 33 39
tick 61 80 0
