# What an editor kept could not be opened before the copy had been read: line 3 counted twice, and nothing says so.
# Found by seed 85002708.
knobs 128
kill 0 0 0
write 1 0 0
write 2 0 0
write 0 0 0
bak 0 86 0
write 0 0 0
