# The same, where NULs are left: line 6 counted twice, and nothing says so.
# Found by seed 600500226.
knobs 2
write 0 0 0
write 1 0 0
hardlink 0 0 0
settle 0 0 0
cut 0 0 0
write 0 0 0
write 2 0 0
cut 0 0 0
edit 0 1 0
compress 0 1 0
start 0 0 0
write 0 56 0
scrape 0 0 0
part 1 0 0
rotate 0 0 0
tick 54 91 0
compress 0 0 0
write 0 0 0
write 0 0 0
cut 0 0 0
compress 0 0 0
