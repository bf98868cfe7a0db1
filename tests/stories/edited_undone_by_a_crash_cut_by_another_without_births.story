# An editor's work that a crash undid, and a part of which another crash left what was read since: line 4 counted twice, and nothing says so.
# Found by seed 200421079.
knobs 1
write 3 0 0
write 0 0 0
bak 0 0 0
cut 0 0 0
start 0 0 0
write 3 0 0
edit 3 35 0
cut 0 0 0
start 0 0 0
write 3 1 0
tick 45 72 0
cut 0 0 0
rotate 3 0 0
