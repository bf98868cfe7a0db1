# After a power cut an editor's copy of a log waits under its name, and half a copy of that lies beside it:
# what was read does not go on in the half. Both were read on, silently.
knobs 1
write 2 41 0
tick 41 43 0
write 0 0 0
cut 0 0 0
edit 2 1 0
copytruncate 2 71 0
start 0 0 0
scrape 0 0 0
write 2 0 0
