# A part that is a log of its own by its name, renamed on, written on and compressed unseen: line 1 counted twice.
# Found by seed 3462046.
knobs 0
write 0 0 0
rotate 0 11 0
tick 0 0 0
rotate 0 10 0
late 0 0 0
compress 0 0 0
