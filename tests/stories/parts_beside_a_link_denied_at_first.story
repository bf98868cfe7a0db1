# Parts beside a link denied at first: 1 lines that are owed were not counted, the first is 11.
# Found by seed 500062.
knobs 192
write 1 80 0
write 0 0 0
write 2 0 0
rotate 2 1 0
hardlink 2 0 0
write 0 0 0
part 3 0 0
