# What an editor had taken away was taken for a banner: line 15 counted twice. Found by seed 21013199.
knobs 8
write 0 50 0
edit 0 15 0
write 0 34 0
copytruncate 0 0 0
write 0 38 0
edit 0 79 0
