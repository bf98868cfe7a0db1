# What seems to be a part of one log has the name to which the link of another leads, with an older part beside it: 1 lines that are owed were not counted, the first is 1 (told).
# Found by seed 3100205333.
knobs 2
reload 0 94 0
write 2 0 0
unmount 0 0 0
rotate 2 0 0
part 3 0 0
edit 3 0 0
rotate 3 0 0
scrape 0 0 0
compress 3 0 0
stop 0 0 0
write 2 0 0
