# A slow copy, taken as read, grows while logtally is down: line 21 counted twice, and nothing said so.
knobs 32
write 0 63 0
write 1 47 0
write 1 28 0
tick 35 0 0
edit 1 0 0
copytruncate 1 1 0
stop 0 0 0
start 0 0 0
tick 0 0 0
stop 0 0 0
