# Copy with nuls of a power cut: line 1 counted twice, and nothing says so.
# Found by seed 203084.
knobs 26
write 0 16 0
settle 0 0 0
copytruncate 0 6 0
write 3 0 0
cut 0 0 0
