# An editor took the last line, half another was written behind that, and the file was closed for want of descriptors: 1 lines that are owed were not counted, the first is 75.
# Found by seed 50704057.
knobs 129
write 2 29 0
rotate 2 0 0
write 0 1 0
write 0 94 0
write 0 19 0
write 0 14 0
write 2 20 0
write 0 0 0
late 0 62 0
write 3 33 0
write 0 7 0
late 3 4 0
write 0 64 0
edit 3 51 0
write 0 50 0
part 3 0 0
scrape 0 0 0
write 3 0 0
