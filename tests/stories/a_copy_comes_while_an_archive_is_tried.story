# A copy comes while it is being found out whether an archive is the rest of its original: line 13 counted twice.
knobs 0
write 2 46 0
kill 0 0 0
write 1 0 0
copytruncate 1 14 0
copytruncate 2 1 0
hardlink 2 0 0
compress 2 0 0
write 2 0 0
fail 16 50 0
start 0 0 0
tick 57 80 0
write 3 0 0
copytruncate 2 0 0
edit 3 0 0
tick 0 0 0
