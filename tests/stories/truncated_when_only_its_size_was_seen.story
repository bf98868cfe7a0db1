# A log that was empty when it was met was seen again only to compare a copy with it, and truncated then: its lines were lost
# without a word.
# Found by seed 510036945.
knobs 0
unmount 0 0 0
part 3 0 0
rotate 3 1 0
tick 0 0 0
write 3 80 0
copytruncate 3 1 0
tick 0 0 0
