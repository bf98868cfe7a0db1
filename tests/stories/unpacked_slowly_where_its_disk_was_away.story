# Unpacked slowly beside an archive whose disk had been away: less than 16 bytes were there, line 1 counted twice, and nothing
# says so. Found by seed 200187378.
knobs 0
write 3 0 0
rotate 3 0 0
compress 3 0 0
tick 44 89 0
unmount 0 0 0
tick 57 72 0
mount 0 0 0
unpack 3 1 0
tick 56 44 0
