# The log is truncated amid the look at its copy, which is complete: a doubt was told, and every line counts once.
knobs 0
write 0 20 0
tick 50 40 0
scrape 0 0 0
copytruncate 0 1 0
copytruncate 0 7 0
tick 40 40 0
copytruncate 0 0 30
write 0 3 0
tick 40 40 0
