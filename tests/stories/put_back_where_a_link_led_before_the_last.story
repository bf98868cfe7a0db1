# A copy of what a link led to before is put where it leads now, beside what it had led to: told, as it counts again.
# Found by seed 700110573.
knobs 0
write 2 0 0
backup 2 0 0
tick 0 0 0
switch 0 94 0
write 2 0 0
tick 0 0 0
switch 0 1 0
restore 2 0 0
