# Whether the name is a link could not be seen at first: line 1 is lost. Found by seed 11004403.
knobs 64
fail 38 50 0
tick 43 61 0
write 2 0 0
tick 59 77 0
tick 32 93 0
scrape 0 0 0
rotate 2 0 0
