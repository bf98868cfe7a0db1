# A crash undid the rotation of what was met under a name of its own: line 11 counted twice, and nothing says so.
# Found by seed 6095954.
knobs 33
write 0 0 0
rotate 0 0 0
write 0 0 0
write 0 0 0
write 1 0 0
rotate 1 0 0
write 1 58 0
copytruncate 0 0 0
rotate 1 9 0
scrape 0 0 0
part 2 0 0
part 3 0 0
cut 0 0 0
copytruncate 1 0 0
