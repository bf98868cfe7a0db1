# Rotated before anything that the link led to was known: line 1 is lost. Found by seed 15019697.
knobs 0
kill 0 0 0
tick 29 0 0
write 2 0 0
copytruncate 2 0 0
unlink 2 0 0
tick 32 89 0
start 0 0 0
tick 0 0 0
compress 2 0 0
write 2 0 0
tick 62 43 0
