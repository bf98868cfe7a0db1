# What an archive may be of could not be compared with a copy yet: line 3 counted twice.
# Found by seed 6008716.
knobs 32
write 3 1 0
tick 0 0 0
copytruncate 3 0 0
write 3 0 0
rotate 3 0 0
compress 3 50 0
fail 0 1 0
tick 0 0 0
