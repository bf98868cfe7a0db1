# A backup without its last lines is put back and written on: line 57 is lost, and nothing says so. Found by
# seed 7706886.
knobs 133
write 1 56 0
write 3 31 0
write 0 75 0
write 0 30 0
settle 0 0 0
write 2 22 0
switch 0 1 0
write 0 0 0
write 1 65 0
backup 1 0 0
write 2 0 0
copytruncate 0 1 0
write 3 38 0
cut 0 0 0
write 1 52 0
start 0 0 0
tick 48 0 0
write 0 0 0
edit 0 0 0
unlink 1 0 0
restore 1 43 0
write 1 0 0
tick 0 0 0
