# What could not be opened was deleted: line 1 was seen and is lost, and nothing says so. Found by seed 2095 of
# a storm.
knobs 840
cut 0 0 0
start 0 0 0
write 1 0 0
tick 16 0 0
tick 0 0 0
unlink 1 0 0
