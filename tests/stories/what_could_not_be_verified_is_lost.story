# What could not be read when newcomers were to be compared with it is lost: no newcomer was ever identified again.
knobs 384
write 3 0 0
tick 53 92 0
stop 0 0 0
rotate 3 1 0
write 0 0 0
tick 58 0 0
copytruncate 3 0 0
start 0 0 0
hang 13 0 0
rotate 0 1 0
tick 0 0 0
tick 6 86 0
scrape 0 0 0
late 3 0 0
unmount 0 0 0
tick 27 67 0
tick 10 73 0
tick 29 33 0
