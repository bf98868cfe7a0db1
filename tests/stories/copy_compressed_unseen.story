# Copied, truncated and compressed before anybody looked.
# Found by seed 28.
expect-failure
knobs 6
write 43 25 1
copytruncate 25 4 39
compress 55 10 0
