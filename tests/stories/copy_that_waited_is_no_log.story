# A slow copy that waited got a place behind its log, and what an editor put in place of that was nobody's: line 10 counted
# twice, and told.
# Found by seed 430024754.
knobs 128
write 3 6 0
write 0 0 0
copytruncate 0 0 0
write 1 0 0
edit 3 51 0
rotate 3 0 0
write 3 0 0
tick 0 0 0
compress 3 0 0
edit 3 98 0
