# An archive begins, with a banner, as another log that is gone, of which hashes are left: it was not read.
knobs 136
write 1 26 0
tick 40 82 0
compress 0 0 39
rewrite 1 1 33
write 0 1 0
write 0 93 0
write 3 0 0
rotate 3 1 0
compress 3 0 0
