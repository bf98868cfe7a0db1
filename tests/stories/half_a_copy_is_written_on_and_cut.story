# Half a copy of what an editor replaced waits, is written on and cut: line 30 was seen and is lost, and nothing says so.
# Found by seed 33034322.
knobs 8
write 0 10 0
write 1 74 0
write 3 70 0
tick 0 0 0
write 0 3 0
edit 0 1 0
rewrite 0 1 0
scrape 0 0 0
write 0 0 0
tick 0 0 0
truncate 0 0 0
