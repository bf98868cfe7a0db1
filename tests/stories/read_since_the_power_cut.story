# A log was read on after a power cut, lost its link and is copied, slowly: a crash explains nothing any
# more. Half of the copy was taken for what the crash had left.
knobs 0
write 2 66 0
switch 0 1 0
settle 0 0 0
switch 0 0 0
part 0 0 0
write 0 0 0
scrape 0 0 0
cut 0 0 0
start 0 0 0
tick 59 97 0
tick 44 55 0
copytruncate 2 1 23
