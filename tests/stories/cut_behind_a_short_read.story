# A read gives less than there is, and what is behind it is cut: line 6 was seen and is lost, and nothing says so.
# Found by seed 50607331.
knobs 0
short 0 1 0
part 0 0 0
tick 0 0 0
late 0 14 0
tick 8 0 0
truncate 0 1 0
