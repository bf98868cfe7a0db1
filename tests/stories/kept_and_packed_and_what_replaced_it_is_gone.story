# What an editor kept is packed, with the line that he took away, and held back for what he put in its place; when that is
# gone nothing tells that nobody has read it.
# Found by seed 710003282.
knobs 32
tick 3 80 0
write 2 50 0
bak 2 1 0
compress 2 0 0
rotate 2 6 0
write 2 0 0
tick 0 0 0
rotate 2 7 0
