# Truncated to its first line after its size was seen, before its beginning was: line 2 was lost without a word.
knobs 0
tick 40 99 0
write 2 1 0
kill 0 0 0
start 0 0 0
tick 0 0 0
truncate 2 1 26
tick 60 99 0
