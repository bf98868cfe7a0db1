# A log that was met and not read is written on, rotated and compressed while logtally is down: bytes were said to be lost, and what
# was unfinished in the one before did not go on in it.
knobs 256
kill 0 0 0
write 1 0 0
hang 1 73 0
start 0 0 0
write 2 0 0
tick 1 0 0
stop 0 0 0
write 1 0 0
rotate 1 0 0
compress 1 0 0
