# A log was truncated, written anew and kept by an editor between two looks: line 2 counted twice, and nothing says so.
# Found by seed 82024790.
knobs 0
write 1 0 0
tick 0 0 0
truncate 1 0 0
write 1 0 0
bak 1 0 0
