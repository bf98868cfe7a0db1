# A power cut tore an archive, which gives a line three times, and what it was made of: line 34 counted twice, and nothing says so.
# Found by seed 107513.
knobs 228
write 3 38 0
write 1 68 0
write 3 90 0
edit 1 0 0
write 1 83 0
write 0 90 0
copytruncate 0 92 0
write 2 0 0
late 0 0 0
compress 0 1 0
copytruncate 0 0 0
rotate 3 0 0
copytruncate 2 0 0
unlink 1 0 0
write 3 0 0
write 1 0 0
rotate 0 2 0
cut 0 0 0
