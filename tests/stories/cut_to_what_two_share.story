# Cut by a crash to what two generations share: line 46 counted twice, and nothing says so.
# Found by seed 903045: both had been written again.
knobs 134
write 2 68 0
write 0 43 0
write 0 1 0
tick 0 0 0
write 1 92 0
rewrite 2 1 0
write 2 52 0
write 0 68 0
write 3 0 0
late 0 76 0
unlink 2 0 0
write 2 1 0
tick 47 71 0
tick 43 57 0
tick 38 37 0
tick 0 0 0
cut 0 0 0
