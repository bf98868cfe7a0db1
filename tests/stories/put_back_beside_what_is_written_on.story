# What was put back, and the rotated file that it is a copy of, were both written on before anybody looked: line 1 counted
# twice without a word, and nothing could tell.
# Found by seed 450016910.
knobs 0
write 3 0 0
backup 3 0 0
rotate 3 0 0
restore 3 0 0
late 3 0 0
write 3 0 0
