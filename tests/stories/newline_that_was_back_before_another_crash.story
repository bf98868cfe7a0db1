# The same, and it was back before the other crash.
knobs 0
write 3 87 0
part 1 0 0
tick 49 97
bak 1 1 0
cut 0 0 0
start 0 0 0
tick 20 90
write 3 0 0
settle
cut
start
tick 20 90
write 3 0 0
tick 20 90
