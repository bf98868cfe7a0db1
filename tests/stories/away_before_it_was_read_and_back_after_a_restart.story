# A log's directory is moved away before anything of the log was read, and is back after a restart: nothing is lost.
# Found by seed 510720456.
knobs 0
scrape 0 0 0
write 0 8 0
tick 0 0 0
away 0 0 0
stop 0 0 0
start 0 0 0
tick 0 0 0
