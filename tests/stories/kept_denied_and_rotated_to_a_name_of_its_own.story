# What an editor kept cannot be opened, and what he put in its place is rotated to a name that a glob matches: no log of
# its own before it can be compared with that.
# Found by seed 700199045.
knobs 128
write 3 0 0
part 1 0 0
hang 16 0 0
write 0 0 0
bak 0 0 0
scrape 0 0 0
rotate 0 9 24
