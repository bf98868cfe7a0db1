# An archive that is as young as the log, then an edit: line 2 counted twice.
knobs 0
write 1 0 0
copytruncate 1 1 0
copytruncate 1 0 0
compress 1 0 0
write 1 1 0
edit 1 67 0
