# Put back slowly, written on meanwhile, and copied, beside an archive of all of it: taken for a part of that, which is
# told (docs/guarantees.md). Found by seed 125008913 of a simulation that unpacks and puts back more often.
knobs 32
write 1 76 0
write 1 71 0
backup 1 0 0
write 0 0 0
rotate 1 2 0
scrape 0 0 0
restore 1 34 0
compress 1 0 0
unpack 1 1 0
tick 0 0 0
stop 0 0 0
write 1 0 0
copytruncate 1 0 0
start 0 0 0
tick 0 0 0
