# An archive is being made of what is there, written when its log, edited to its banner, was; that goes: line 1 counted twice (told).
# Found by seed 310001634.
knobs 40
write 0 90 0
copytruncate 0 0 0
kill 0 0 0
bak 0 50 0
compress 0 1 0
write 0 0 0
edit 0 1 0
start 0 0 0
tick 50 50 0
kill 0 0 0
unlink 0 0 0
start 0 0 0
tick 0 0 0
