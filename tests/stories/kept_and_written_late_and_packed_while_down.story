# As kept_and_written_late_and_packed, while logtally was killed: line 2 counted twice (told).
# Found by seed 50604140.
knobs 0
tick 0 0 0
write 3 0 8
bak 3 0 0
tick 23 73 0
late 3 0 6
kill 0 0 0
truncate 3 0 0
late 3 0 0
compress 3 0 0
