# Kept by an editor, written on, rotated and compressed before any look: line 1 counted twice, and nothing says so.
# Found by seed 110014263.
knobs 0
write 2 0 0
bak 2 0 0
write 2 0 0
copytruncate 2 0 0
compress 2 4 0
