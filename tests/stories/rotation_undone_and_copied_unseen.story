# A crash undid that a log was rotated to the name of another, and it was copied and truncated before it was looked at: line 3
# counted twice (told). Found by seed 200191534.
knobs 80
cut 0 0 0
part 3 0 0
write 0 0 0
write 1 0 0
settle 0 0 0
switch 0 1 0
rotate 1 65 0
part 0 0 0
write 2 0 0
rotate 0 0 0
write 0 0 0
start 0 0 0
tick 50 86 0
copytruncate 3 0 0
cut 0 0 0
reload 0 74 0
start 0 0 0
tick 16 67 0
copytruncate 1 0 0
