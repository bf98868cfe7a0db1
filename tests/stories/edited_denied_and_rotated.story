# An edit could not be looked into, and was rotated: its lines count again, and that is told.
knobs 512
write 0 0 0
write 0 5 0
edit 0 55 0
tick 36 0 0
rotate 0 0 38
