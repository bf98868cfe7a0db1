# Two rotations while logtally was down, both compressed: the second is called as the first was, and begins alike for less
# than a line. A doubt was told, and every line counted once. Seen in the soak.
knobs 0
write 3 0 0
rotate 3 0 0
tick 60 99 0
stop 0 0 0
write 3 0 0
rotate 3 0 0
compress 3 0 0
compress 3 0 0
