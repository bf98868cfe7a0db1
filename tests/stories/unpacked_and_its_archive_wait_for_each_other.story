# A file that was unpacked beside its archive, of which more had been read, waited for the archive, and that for the file,
# for ever.
# Found by seed 200351179.
knobs 288
write 3 38 0
write 3 52 0
rotate 3 0 0
compress 3 1 0
late 3 0 0
tick 2 0 0
compress 3 0 0
stop 0 0 0
unpack 3 0 0
start 0 0 0
tick 47 76 0
