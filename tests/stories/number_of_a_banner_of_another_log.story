# The same in another log: 4 lines are lost. Found by seed 21015154.
knobs 27
unmount 0 0 0
write 2 16 0
write 3 0 0
cut 0 0 0
rotate 3 0 0
reload 0 22 0
start 0 0 0
scrape 0 0 0
rotate 2 0 0
compress 3 0 0
kill 0 0 0
write 2 0 0
