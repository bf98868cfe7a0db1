# Of a line a crash left all but its newline: it counted as it stood, while its directory was away, and a writer
# ended it then. No fault of logtally. Found by seed 120002551.
knobs 259
write 0 16 0
write 1 50 0
write 0 1 0
write 0 0 0
tick 41 66 0
write 0 0 0
write 0 33 0
write 0 33 0
tick 51 86 0
rotate 0 1 0
rotate 1 0 0
write 0 83 0
compress 0 0 0
cut 0 0 0
start 0 0 0
tick 1 0 0
away 0 0 0
tick 53 94 0
tick 33 99 0
back 0 0 0
write 0 0 0
