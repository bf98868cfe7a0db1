# An editor replaces a log while logtally is down; it is written on, copied and the copy compressed, in the instant of its
# last line before: what is in the archive is read with the log, and not the rest of what was edited.
# Found by seed 700034852.
knobs 0
write 2 0 0
scrape 0 0 0
kill 0 0 0
edit 2 0 0
write 2 19 0
copytruncate 2 78 0
tick 29 43 0
compress 2 0 0
part 2 0 0
