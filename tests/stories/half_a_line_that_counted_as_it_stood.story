# Half a line counted as it stood, and came to its end later; where no birth is known that is told, as it may be another file.
# Found by seed 500137803.
knobs 1
part 0 0 0
rotate 0 0 0
tick 59 51 0
tick 50 77 0
write 0 0 0
