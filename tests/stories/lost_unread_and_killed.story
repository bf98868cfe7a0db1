# A log is truncated before anything of it was read, and a state is saved; then logtally is killed before it tells
# the loss: how much it was is known after the restart, too.
knobs 0
write 0 0 0
tick 31 30 0
truncate 0 0 34
tick 9 31 0
kill 0 0 0
