# A rotated file cannot be opened, and is compressed, by a clock that was set back: line 6 was lost without a word.
knobs 2
fail 0 83 0
clock 0 26 0
write 3 0 0
write 0 94 0
tick 0 0 0
scrape 0 0 0
copytruncate 0 1 0
cut 0 0 0
rotate 0 1 0
tick 3 1 0
compress 0 1 0
write 2 0 0
start 0 0 0
tick 0 0 0
write 0 0 27
fail 0 0 12
