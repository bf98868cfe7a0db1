# Born, rotated and compressed before anybody looked.
# Found by seed 65.
knobs 3
write 1 75 0
rotate 1 1 0
compress 1 0 16
