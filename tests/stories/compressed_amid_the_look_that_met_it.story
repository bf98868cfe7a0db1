# Compressed amid the look that met it: line 2 is lost. Found by seed 24014484.
knobs 64
edit 0 98 0
restore 0 0 0
kill 0 0 0
write 3 0 0
write 0 0 0
rotate 0 0 0
tick 45 72 0
start 0 0 0
tick 40 94 0
compress 0 0 40
