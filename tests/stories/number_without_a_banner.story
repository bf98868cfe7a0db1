# A number is back, with all bytes and less than the banner of others: line 1 counted twice.
# Found by seed 9014397.
knobs 9
part 3 0 0
tick 16 51 0
unmount 0 0 0
write 3 0 0
tick 45 65 0
rotate 3 0 0
write 3 0 0
tick 63 77 0
