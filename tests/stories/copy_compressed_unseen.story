# Copied, truncated and compressed before anybody looked.
# Found by seed 28.
knobs 6
write 1 25 1
copytruncate 1 0 39
compress 1 0 0
