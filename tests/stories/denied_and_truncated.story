# What could not be opened was truncated: line 9 was seen and is lost, and nothing says so. Found by seed 1951
# of a storm.
knobs 780
write 0 0 0
write 3 0 0
unlink 0 0 0
tick 51 41 0
part 1 0 0
kill 0 0 0
write 2 16 0
rotate 3 0 0
late 1 0 0
start 0 0 0
tick 1 0 0
write 0 0 0
truncate 1 0 0
