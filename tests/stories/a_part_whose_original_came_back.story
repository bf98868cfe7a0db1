# What is taken as read as a part of one that is gone grows over a restart, when that is back: line 20 counted twice.
knobs 32
hang 0 0 0
write 1 93 0
write 1 20 0
edit 1 38 0
kill 0 0 0
copytruncate 1 1 0
start 0 0 0
tick 42 50 0
kill 0 0 0
start 0 0 0
write 1 0 0
tick 0 0 0
