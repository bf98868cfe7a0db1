# A volume comes back without a word, and the copy of a log on it is the first name of which an event tells:
# the log is looked at before it is taken for a generation that nobody saw. Both were read.
knobs 0
write 3 0 0
scrape 0 0 0
unmount 0 0 20
mount 0 0 0
copytruncate 3 78 0
tick 17 0 0
