# No birth is known, and the log's third file has the number of its first, which had lost the name before all was saved: it
# was taken for that, truncated, and counted again without a word.
# Found by seed 510025135.
knobs 11
part 2 0 0
tick 0 0 0
unlink 2 0 0
write 2 0 0
edit 2 0 0
write 2 0 0
scrape 0 0 0
stop 0 0 0
edit 2 0 0
