# What an editor kept was held as a copy, and got late lines before anybody saw that the copy had been truncated: they are not counted, and that is told: 2 lines that are owed were not counted, the first is 15.
# Found by seed 79013464.
knobs 8
write 0 0 0
write 0 42 0
bak 0 0 0
copytruncate 0 1 0
write 0 40 0
write 0 0 0
scrape 0 0 0
late 0 1 0
