# A copy of what has the name, not of what had it under the mount: line 2 counted twice. Found by seed 21038401.
knobs 0
write 3 0 0
backup 3 0 0
unmount 0 0 0
restore 3 90 0
rotate 0 0 0
tick 0 0 0
mount 0 0 0
copytruncate 3 1 0
tick 60 51 0
tick 22 72 0
tick 43 81 0
write 3 0 25
