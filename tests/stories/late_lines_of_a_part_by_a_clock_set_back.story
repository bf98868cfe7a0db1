# Of a part of a link's log that is deleted, by a clock set back; a crash undoes that: 2 lines that are owed were not counted, the first is 3.
# Found by seed 500225221.
knobs 234
kill 0 0 0
start 0 0 0
tick 46 87 0
write 2 0 0
rotate 2 1 0
compress 2 0 0
write 2 0 0
late 2 1 0
clock 0 77 0
write 0 0 0
late 2 1 0
cut 0 0 0
