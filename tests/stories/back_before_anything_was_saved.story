# No state was left, and logtally was killed before its first look was saved; what was rotated in a directory that came back
# then is history.
# Found by seed 710340515.
knobs 256
hang 2 89 0
cut 0 0 0
fail 0 1 0
part 2 0 0
start 0 0 0
write 0 91 0
edit 0 83 0
write 1 0 0
copytruncate 1 0 0
kill 0 0 0
away 0 0 0
start 0 0 0
