# Truncated and written anew with the same banner before it was read: line 2 was seen and is lost, and nothing says so.
# Found by seed 6002211.
knobs 265
tick 32 0 0
write 1 0 0
scrape 0 0 0
hang 53 99 0
stop 0 0 0
write 2 0 0
rotate 1 0 0
start 0 0 0
tick 44 0 0
truncate 2 0 0
write 2 0 0
