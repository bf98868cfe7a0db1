# A log is rewritten in place, and the next one has its last line taken away: line 14 counted twice without a word.
knobs 20
write 3 59 0
tick 0 0 0
rewrite 3 1 0
write 3 0 0
tick 56 73 0
cut 0 0 0
start 0 0 0
write 3 1 0
edit 3 71 0
