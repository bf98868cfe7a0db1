# A file is born, written and rotated between two looks: nobody ever saw its own name.
# Found by seed 1.
knobs 2
write 0 35 0
rotate 0 0 0
