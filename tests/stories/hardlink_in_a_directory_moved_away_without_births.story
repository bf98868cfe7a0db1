# A log with a hard link beside it goes with its directory, logtally is stopped, and all is back: it is called as it was,
# not as its hard link, and its number is its own.
# Found by seed 3100038733.
knobs 1
part 1 0 0
write 2 66 0
late 2 0 0
hardlink 1 0 0
write 1 0 0
tick 0 0 0
away 0 0 0
tick 10 0 0
reload 0 0 0
tick 0 0 0
stop 0 0 0
late 1 0 0
