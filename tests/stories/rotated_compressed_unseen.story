# Born, rotated and compressed before anybody looked.
# Found by seed 65.
expect-failure
knobs 3
write 58 75 0
rotate 52 95 0
compress 61 42 16
