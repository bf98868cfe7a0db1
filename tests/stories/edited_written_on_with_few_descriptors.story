# An edit takes its last line, another is written, and no descriptor tells: line 85 is lost, and nothing says
# so. Found by seed 13002003.
knobs 128
write 0 64 0
write 0 29 0
write 3 0 0
write 3 68 0
write 3 86 0
write 0 45 0
write 1 66 0
write 0 14 0
write 0 80 0
write 0 26 0
write 3 33 0
write 3 5 0
write 3 28 0
write 2 1 0
late 0 14 0
edit 3 43 0
write 3 0 0
