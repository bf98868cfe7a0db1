# An editor writes a copy beside the log and renames it over; nothing new was written.
# Found by seed 8.
knobs 1
write 1 13 6
tick 2 52 0
edit 1 99 0
