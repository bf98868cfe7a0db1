# What is restored is back under a name that another has, and the directory cannot be read: other bytes of /mnt/m.log were counted than lie there.
# Found by seed 50342861.
knobs 0
write 3 70 0
tick 0 0 0
unmount 0 0 0
tick 55 21 0
write 3 0 0
tick 39 53 0
kill 0 0 0
fail 56 4 0
start 0 0 0
scrape 0 0 0
mount 0 0 0
scrape 0 0 0
