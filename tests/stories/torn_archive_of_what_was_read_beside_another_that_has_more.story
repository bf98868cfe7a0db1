# An archive, torn by a crash, is of all that was read, and one of another hard link of it, written on since, has more: 1 lines that are owed were not counted, the first is 6.
# Found by seed 3100342584.
knobs 37
write 3 0 0
hardlink 3 0 0
write 3 62 0
rotate 3 0 0
bak 0 55 0
compress 3 0 0
part 0 0 0
late 3 1 0
cut 0 0 0
compress 3 0 0
