# A power cut undoes that a log was rotated, and an editor puts a copy in its place: its lines count again,
# and that is told. It was silent.
knobs 4
write 3 0 0
part 0 0 0
write 1 0 0
settle 0 0 0
rotate 0 0 0
rotate 3 0 0
tick 52 78 0
cut 0 0 0
edit 3 0 0
