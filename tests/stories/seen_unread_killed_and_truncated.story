# Seen, killed before its first lines were saved, truncated: line 1 was seen and is lost, and nothing says so.
# Found by seed 3503397.
knobs 64
hang 3 0 0
scrape 0 0 0
tick 48 32 0
write 1 0 0
tick 43 19 0
truncate 1 0 0
kill 0 0 0
