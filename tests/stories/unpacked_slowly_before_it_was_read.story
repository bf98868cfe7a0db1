# Unpacked slowly beside an archive that nobody had read: less than a line was there, line 1 counted twice, and nothing
# says so. Found by seed 120063782.
knobs 0
write 2 0 0
copytruncate 2 0 0
compress 2 0 0
unpack 2 1 0
tick 0 0 0
