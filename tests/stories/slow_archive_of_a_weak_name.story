# Compressed slowly, and its name says too little: line 27 counted twice. Found by seed 11011699.
knobs 32
part 2 0 0
tick 3 1 0
write 0 15 0
write 0 82 0
rotate 2 11 0
write 0 3 0
write 0 16 0
write 0 0 0
write 2 1 0
rotate 2 10 0
compress 2 31 0
tick 3 0 0
write 2 0 0
tick 2 0 0
