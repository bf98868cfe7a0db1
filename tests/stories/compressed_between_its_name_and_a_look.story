# The name of a part is read, and it is compressed before it is looked at: 1 lines that are owed were not counted, the first is 3.
# Found by seed 50027957.
knobs 0
write 2 0 0
write 0 0 0
kill 0 0 0
tick 61 0 0
write 1 0 0
hardlink 1 0 0
rotate 1 12 0
hang 32 16 0
start 0 0 0
scrape 0 0 0
compress 1 0 25
