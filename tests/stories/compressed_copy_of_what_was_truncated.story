# Compressed copy of what was truncated: line 8 counted twice.
# Found by seed 644.
knobs 0
write 1 90 0
scrape 0 0 0
truncate 1 0 0
write 1 0 0
copytruncate 1 62 0
compress 1 0 0
