# Copy torn by a power cut and compressed: line 1 counted twice, and nothing says so.
# Found by seed 602475: NULs in the place of its last line.
knobs 1
write 2 1 0
settle 0 0 0
write 3 0 0
rotate 3 0 0
write 0 0 0
copytruncate 2 30 0
cut 0 0 0
compress 2 0 0
