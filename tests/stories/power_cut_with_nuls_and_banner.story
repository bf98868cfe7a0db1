# Power cut with nuls and banner: line 83 counted twice, and nothing says so.
# Found by seed 101846.
knobs 232
kill 0 0 0
write 3 80 0
short 0 1 0
write 0 62 0
part 3 0 0
write 3 47 0
switch 0 0 0
write 0 70 0
write 3 40 0
write 2 0 0
late 0 37 0
write 0 43 0
tick 36 0 0
write 0 34 0
part 1 0 0
write 3 70 0
copytruncate 3 1 0
write 0 74 0
away 0 0 0
copytruncate 3 0 0
part 2 0 0
tick 56 0 0
write 3 1 0
start 0 0 0
rotate 3 2 0
reload 0 22 0
write 3 74 0
scrape 0 0 0
cut 0 0 0
write 3 0 0
