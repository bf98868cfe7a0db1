# Late lines come to a rotated file that was read to its end; that they are there is seen, and it is packed.
# Found by seed 700079279.
knobs 0
write 3 0 0
rotate 3 0 0
write 3 0 0
edit 0 46 0
rotate 3 0 0
late 3 1 0
tick 0 0 0
compress 3 0 0
