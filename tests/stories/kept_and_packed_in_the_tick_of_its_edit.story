# What an editor kept is packed, and the log deleted, before the clock goes on: line 10, which the editor took away, was taken
# for read, as the archive is as old as the log.
knobs 0
tick 48 0 0
write 2 45 0
bak 2 1 0
compress 2 0 0
tick 0 0 0
unlink 2 0 0
write 2 0 0
