# Put back beside an archive of it: line 1 counted twice, and nothing says so. Found by seed 97007212.
knobs 128
write 3 0 0
backup 3 0 0
rotate 3 1 0
scrape 0 0 0
compress 3 1 0
unlink 3 0 0
write 0 0 0
tick 0 0 0
compress 3 0 0
tick 0 0 0
restore 3 0 0
