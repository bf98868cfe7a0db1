# The same, of what was read before the editor kept it: line 1 counted twice, and nothing says so.
knobs 0
write 2 0 0
tick 60 99 0
bak 2 0 0
write 2 0 0
copytruncate 2 0 0
compress 2 4 0
