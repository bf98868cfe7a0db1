# Its copy goes on where a crash tore it, and more was seen: line 4 was seen and is lost, and nothing says so.
# Found by seed 600749655.
knobs 267
write 2 0 0
write 3 0 0
tick 1 0 0
unmount 0 0 0
edit 2 83 0
write 3 0 0
mount 0 0 0
hang 2 30 0
write 3 0 0
tick 3 0 0
tick 8 21 0
copytruncate 3 0 0
cut 0 0 0
