# Made in the second of a look at its directory, by coarse times and without events: line 3 is lost. Found by
# seed 24001643.
knobs 80
part 3 0 0
tick 0 0 0
stop 0 0 0
unmount 0 0 0
part 3 0 0
start 0 0 0
rotate 3 0 0
tick 0 0 0
start 0 0 0
write 3 0 0
tick 37 74 0
tick 29 70 0
tick 58 74 0
