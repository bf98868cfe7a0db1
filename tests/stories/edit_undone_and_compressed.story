# An edit that a power cut undid, and the log compressed: line 5 counted twice, and nothing says so. Found by
# seed 24019381.
knobs 0
write 1 52 0
edit 1 95 0
settle 0 0 28
rotate 0 0 0
part 0 0 0
cut 0 0 0
rotate 1 0 0
compress 1 0 0
