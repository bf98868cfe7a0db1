# A late line came to a file while it was packed, and had been read when only the archive was left: that is told, as of what is gone there are only marks.
# Found by seed 91000510.
knobs 0
write 2 56 0
rotate 2 0 0
compress 2 1 0
late 2 0 0
scrape 0 0 0
kill 0 0 0
