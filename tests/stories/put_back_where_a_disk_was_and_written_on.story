# A backup is put back where a disk is away, and written on; the disk comes back: line 1 counted twice, and nothing says so.
# Found by seed 3330017640.
knobs 0
write 3 0 0
backup 3 0 0
unmount 0 0 0
restore 3 0 0
write 3 1 0
tick 0 0 0
