# A crash left three bytes of an archive, so that it could not be said whether another one, of what nobody had seen, began as that:
# line 6 was not read.
knobs 1
write 2 0 0
rotate 2 1 0
write 0 0 0
tick 17 27 0
scrape 0 0 0
tick 44 2 0
part 3 0 0
tick 50 62 0
tick 36 74 0
write 1 0 19
tick 60 44 0
compress 2 0 24
rotate 0 0 0
tick 27 51 0
write 2 0 0
tick 21 24 0
scrape 0 0 0
hardlink 1 0 0
cut 0 0 0
write 2 0 0
copytruncate 2 0 0
compress 2 0 0
