# A log's last line is cut off after a look has seen it and before it is read: the bytes are lost, and that
# is told. It was not, where something was left to be read.
knobs 256
write 3 1 0
write 0 0 0
scrape 0 0 0
tick 24 0 0
truncate 3 1 30
