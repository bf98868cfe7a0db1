# The same, and logtally is restarted meanwhile.
knobs 0
write 0 0 0
scrape 0 0 0
write 0 0 0
edit 0 0 0
kill 0 0 0
write 0 0 0
start 0 0 0
tick 0 0 0
rotate 0 0 0
tick 31 75 0
tick 63 38 0
tick 62 34 0
write 0 0 0
late 0 1 0
compress 0 0 0
