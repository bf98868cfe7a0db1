# An editor takes the last line away, more is written, and all is copied and truncated before anybody looked.
# Found by seed 130.
knobs 0
write 1 58 0
scrape 0 0 0
edit 1 1 0
write 1 0 0
copytruncate 1 0 0
