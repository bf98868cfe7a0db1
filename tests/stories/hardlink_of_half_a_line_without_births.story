# Another hard link while a line is being written, and no births: line 3 counted twice (told).
# Found by seed 600094650.
knobs 129
write 2 1 0
rotate 2 0 0
part 1 0 0
hardlink 1 0 0
write 1 0 0
write 2 0 0
tick 0 0 0
write 0 0 24
stop 0 0 0
rotate 0 1 0
write 3 0 0
start 0 0 0
tick 22 86 0
tick 55 1 0
away 0 0 35
edit 0 59 0
late 1 0 0
