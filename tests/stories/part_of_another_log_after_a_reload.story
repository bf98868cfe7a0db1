# A reload left a log out that was called as a part of another, which goes on being read; it was not read any more: 1 lines that are owed were not counted, the first is 1 (told).
# Found by seed 87001516.
knobs 0
part 0 0 0
rotate 0 9 0
tick 0 0 0
reload 0 23 0
write 0 0 0
edit 0 26 0
cut 0 0 0
