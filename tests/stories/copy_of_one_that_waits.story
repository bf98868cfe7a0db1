# An editor's copy waits for its end, and is copied: that waits as well. It was read as a generation that
# nobody saw.
knobs 0
tick 35 44 0
write 0 0 0
tick 16 17 0
tick 48 7 0
edit 0 0 0
kill 0 0 0
tick 0 0 0
start 0 0 0
scrape 0 0 0
tick 2 0 0
copytruncate 0 1 0
tick 0 0 0
write 0 0 0
scrape 0 0 0
