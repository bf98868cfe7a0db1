# Half a copy and reload: line 2 counted twice.
# Found by seed 200273.
knobs 0
part 2 0 0
copytruncate 2 1 0
write 2 0 0
tick 0 0 0
switch 0 1 0
tick 17 86 0
tick 63 87 0
reload 0 0 0
scrape 0 0 0
