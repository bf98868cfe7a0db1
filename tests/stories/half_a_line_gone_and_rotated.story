# Half a line of a deleted log is handed out; the next generation begins alike, and is met rotated:
# 1 lines that are owed were not counted, the first is 14.
knobs 32
write 1 83 0
part 0 0 0
edit 0 55 0
unlink 0 0 0
write 0 0 0
rotate 0 0 0
