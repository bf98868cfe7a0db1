# A log that looks like a part of another is compressed, and cannot be opened for a while: line 1 counted twice.
knobs 193
write 0 0 0
rotate 0 11 0
write 0 0 0
tick 20 34 0
write 1 0 0
copytruncate 0 0 0
late 0 1 0
write 0 0 0
part 2 0 0
compress 0 0 0
tick 60 16 0
kill 0 0 0
rotate 0 11 0
