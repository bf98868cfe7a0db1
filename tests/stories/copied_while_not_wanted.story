# A log that the configuration does not want for a while is copied meanwhile.
# Found by seed 205.
knobs 0
write 1 0 0
tick 57 99 0
copytruncate 1 1 0
reload 0 68 0
kill 0 0 0
start 0 0 0
tick 0 0 0
