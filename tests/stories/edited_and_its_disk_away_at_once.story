# Edited while the process looks, and its disk was away before that saw it: line 3 counted twice (told). Found by seed 200172189.
knobs 0
write 2 1 0
write 3 59 0
tick 62 90 0
edit 3 90 0
unpack 0 0 37
unmount 0 0 29
