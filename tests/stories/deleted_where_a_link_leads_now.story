# What is deleted lies where its link leads now: other bytes of /pods/0.log were counted than lie there.
# Found by seed 9003496.
knobs 4
write 2 0 0
tick 10 58 0
rotate 2 0 0
tick 57 38 0
tick 57 7 0
tick 10 70 0
tick 49 43 0
write 3 0 0
write 0 0 0
part 1 0 0
tick 6 0 0
compress 2 0 0
write 2 0 0
