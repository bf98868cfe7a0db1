# An editor makes a log shorter, and once more while logtally is down: line 30 counted twice, and nothing says so.
# Found by seed 50336218.
knobs 32
part 0 0 0
write 0 28 0
write 2 79 0
write 0 94 0
tick 0 0 0
write 2 87 0
rewrite 2 1 0
edit 2 0 0
edit 2 83 0
write 2 1 32
kill 0 0 0
