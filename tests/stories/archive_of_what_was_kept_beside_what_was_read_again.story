# What an editor kept was compressed, and written on by its descriptor; its archive was taken for that of the copy: line 11 counted twice (told).
# Found by seed 50723794.
knobs 0
write 1 57 0
tick 0 0 0
bak 1 0 0
tick 31 98 0
unlink 1 0 0
late 1 0 0
kill 0 0 0
start 0 0 0
scrape 0 0 0
compress 1 0 0
tick 33 0 0
late 1 0 0
