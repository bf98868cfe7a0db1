# A disk was back, but its directory could not be read: the copy that was made then was no rest of what had been on it: line 1 counted twice (told).
# Found by seed 110343.
knobs 0
write 3 0 0
tick 0 0 0
stop 0 0 0
unmount 0 0 0
start 0 0 0
tick 45 29 0
mount 0 0 0
fail 59 32 0
tick 49 55 0
copytruncate 3 0 0
rotate 3 0 0
fail 0 32 0
tick 62 48 0
