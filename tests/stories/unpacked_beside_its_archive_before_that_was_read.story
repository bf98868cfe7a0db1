# Unpacked beside its archive, which had been met when there was no descriptor left to read it: both count, and that is
# told. (Seed 200521847.)
knobs 128
write 0 0 0
tick 35 0 0
write 3 0 0
rotate 0 0 0
rotate 3 1 0
compress 0 0 0
stop 0 0 0
write 0 0 0
compress 3 0 0
rotate 0 1 0
start 0 0 0
write 2 0 0
tick 21 86 0
tick 28 14 0
unpack 3 0 0
