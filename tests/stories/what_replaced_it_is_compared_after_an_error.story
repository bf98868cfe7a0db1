# A log is truncated, written anew and edited, and cannot be read then: line 6 was taken as read.
knobs 32
write 2 39 0
part 0 0 0
tick 0 0 0
fail 0 1 0
truncate 2 0 0
write 2 1 0
edit 2 1 0
tick 0 0 0
