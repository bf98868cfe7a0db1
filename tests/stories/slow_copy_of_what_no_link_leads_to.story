# A crash undid that a link was pointed elsewhere: what is copied slowly where it led is out of sight, and counts twice, told.
# Found by seed 510012062.
knobs 4
part 2 0 0
switch 0 1 0
write 2 0 0
tick 44 36 0
cut 0 0 0
write 2 31 0
start 0 0 0
bak 0 34 0
write 0 0 0
write 1 0 0
copytruncate 2 1 0
tick 52 46 0
tick 23 42 0
