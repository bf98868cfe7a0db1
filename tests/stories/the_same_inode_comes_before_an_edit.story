# A disk comes back where a shorter copy of its file had been put: line 2 counted twice.
knobs 1
write 3 0 0
backup 3 0 0
write 3 0 0
tick 0 0 0
unmount 0 0 0
restore 3 0 0
edit 0 30 0
