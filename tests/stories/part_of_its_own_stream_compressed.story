# A log whose name is that of a part (m.1.log) was there first; it is rotated to m.2.log, written late and
# compressed. The archive is its rest. It was looked for under the log m.log only, and read again.
knobs 0
write 0 0 0
write 3 0 0
rotate 3 11 0
tick 0 0 0
rotate 3 11 0
tick 0 0 0
late 3 0 0
compress 3 0 0
