# A reload came before directories that could not be read at the first look, and what was packed meanwhile counted as seen:
# a line lost without a word.
# Found by seed 510072860.
knobs 16
scrape 0 0 0
hang 1 85 0
tick 46 59 0
kill 0 0 0
fail 39 48 0
write 3 0 0
copytruncate 3 0 0
start 0 0 0
kill 0 0 0
tick 27 54 0
start 0 0 0
tick 0 0 0
compress 3 0 0
