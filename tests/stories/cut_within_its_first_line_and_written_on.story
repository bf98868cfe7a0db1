# Cut by a crash within its first line, and written on behind the NULs; then truncated, and the next line begins alike:
# known (docs/guarantees.md). No fault of the program that is not told there. Found by seed 124008470.
knobs 5
write 2 87 0
settle 0 0 0
write 2 77 0
write 1 98 0
write 3 58 0
write 2 31 0
write 3 42 0
rotate 3 9 0
short 0 1 0
write 1 69 0
write 3 74 0
scrape 0 0 0
write 3 64 0
part 3 0 0
cut 0 0 0
start 0 0 0
tick 0 0 0
write 3 0 0
stop 0 0 0
copytruncate 3 0 0
write 3 0 0
