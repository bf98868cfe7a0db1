# Truncated, and again when nothing of what came then was read, before it is killed: line 2 was seen and is lost, and nothing says so.
# Found by seed 500713850.
knobs 0
write 3 0 0
tick 49 74 0
copytruncate 3 0 0
kill 0 0 0
hang 52 22 0
start 0 0 0
write 3 0 0
tick 3 44 0
truncate 3 0 0
write 3 0 0
kill 0 0 0
