# Cut by a crash before it was packed, and begins as what an editor made it of, whose archive is torn: line 20 counted twice, and nothing says so.
# Found by seed 600500226.
knobs 6
write 0 0 0
hardlink 0 0 0
write 0 46 0
write 2 0 0
cut 0 0 0
edit 0 1 0
start 0 0 0
write 0 56 0
scrape 0 0 0
rotate 0 0 0
compress 0 0 0
write 0 0 0
cut 0 0 0
compress 0 0 0
