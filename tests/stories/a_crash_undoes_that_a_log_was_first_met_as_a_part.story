# A log is first met under the name of a part, which a crash undoes; and it is edited: line 4 counted twice without a word.
knobs 128
write 0 0 0
hardlink 0 0 0
rotate 0 0 0
write 3 0 0
scrape 0 0 0
stop 0 0 0
compress 0 0 0
write 1 0 0
copytruncate 3 0 0
write 0 0 0
settle 0 0 0
hang 0 0 0
copytruncate 1 1 0
start 0 0 0
tick 30 63 0
restore 0 0 0
rotate 0 10 0
tick 5 67 0
write 2 0 0
part 0 0 0
cut 0 0 0
edit 0 0 0
