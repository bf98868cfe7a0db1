# Started while the volume was not mounted; when it is, the log is copied and truncated at once.
# Found by seed 1364.
knobs 0
write 3 0 0
tick 0 0 0
unmount 0 0 0
scrape 0 0 0
kill 0 0 0
start 0 0 0
tick 30 0 0
mount 0 0 0
copytruncate 3 0 0
