# A power cut takes back the end of a log, which is written on before the start.
# Found by seed 2.
knobs 5
write 2 7 0
tick 63 66 0
cut 0 0 0
write 2 7 0
