# All descriptors are taken, so that a rotated part that was written late cannot be read, nor can it be
# found out what became of its log: the loop rests until it tries again. It turned without an end.
knobs 128
write 2 0 0
rotate 2 1 0
tick 0 0 0
write 1 0 0
write 0 0 0
scrape 0 0 0
write 3 0 0
scrape 0 0 0
unlink 3 0 0
switch 0 1 0
away 0 0 0
late 2 0 0
tick 1 88 0
