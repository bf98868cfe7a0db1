# State of a killed save and power cut: the state went back from 6 to 5.
# Found by seed 300377.
knobs 128
write 2 0 0
clock 0 62 0
rotate 2 0 0
write 2 0 0
tick 1 60 0
write 0 0 0
part 3 0 0
scrape 0 0 0
unmount 0 0 0
write 2 0 0
write 0 0 0
part 1 0 0
write 3 0 0
compress 2 0 0
tick 44 62 0
part 0 0 0
tick 44 45 0
clock 0 1 34
write 0 0 0
tick 9 26 0
scrape 0 0 0
kill 0 0 21
start 0 0 0
cut 0 0 0
