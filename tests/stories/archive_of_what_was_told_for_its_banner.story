# A log that begins with the banner of the one before is told for that, and that one is compressed: its archive is its own,
# as its time says.
# Found by seed 700363220.
knobs 40
write 2 0 0
edit 2 34 0
stop 0 0 0
start 0 0 0
tick 0 0 0
write 2 0 0
rotate 2 0 0
write 2 0 0
compress 2 0 0
