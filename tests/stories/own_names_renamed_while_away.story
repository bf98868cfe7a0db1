# Names that are logs of their own, renamed, and their directory away: line 1 counted twice.
# Found by seed 5023873.
knobs 129
kill 0 0 0
part 1 0 0
write 0 0 0
rotate 1 10 0
start 0 0 0
write 1 0 0
write 3 0 0
tick 0 0 0
rotate 1 10 0
tick 30 80 0
away 0 0 0
tick 0 0 0
late 1 1 0
