# A log was read, its link led elsewhere for a while and is back; it was copied and truncated just before.
# The copy is its rest, though it is younger than the loss of the log. Its line counted twice.
knobs 0
write 2 0 0
scrape 0 0 0
switch 0 1 0
tick 4 66 0
tick 42 95 0
tick 20 18 0
tick 35 33 0
tick 14 19 0
switch 0 0 0
copytruncate 2 0 0
tick 0 0 0
