# A log behind a link was edited, and rotated to a name with a time: what the editor kept, packed, is held back beside it.
# Found by seed 500096239.
knobs 32
tick 3 1 0
write 2 75 0
bak 2 1 0
compress 2 0 0
rotate 2 9 0
