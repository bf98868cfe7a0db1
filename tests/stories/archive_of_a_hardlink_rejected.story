# What went on otherwise in an archive is back: line 8 counted twice.
# Found by seed 9013326.
knobs 0
write 0 90 0
hardlink 0 0 0
edit 3 78 0
compress 0 0 0
write 0 0 0
compress 0 0 0
away 0 0 0
scrape 0 0 0
reload 0 0 0
tick 63 73 0
tick 40 35 0
