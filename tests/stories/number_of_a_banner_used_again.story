# An inode number that is used again, for what begins with the same banner: line 23 counted twice. Found by seed
# 7706466.
knobs 15
write 0 0 0
write 0 86 0
write 0 41 0
write 0 0 0
write 0 0 0
write 0 52 0
tick 0 0 0
unmount 0 0 0
write 2 0 0
tick 0 0 0
write 0 0 0
write 1 0 0
unlink 2 0 0
scrape 0 0 0
rotate 0 0 0
write 3 0 0
write 0 0 0
copytruncate 1 0 0
cut 0 0 0
rotate 3 0 0
start 0 0 0
scrape 0 0 0
compress 3 0 0
stop 0 0 0
hang 0 0 0
write 0 0 0
copytruncate 0 38 0
