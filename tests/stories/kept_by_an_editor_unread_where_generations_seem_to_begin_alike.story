# An editor kept what was read of a log, so that its generations seem to have a banner; it keeps the next one unread: its
# lines count twice, which is told. (Seed 200002587.)
knobs 0
write 3 1 0
bak 3 1 0
write 3 0 0
rotate 3 1 0
tick 0 0 0
write 3 0 0
bak 3 0 0
