# A power cut undoes a rotation, and a copy is made before any look: line 13 counted twice, and nothing says so, as
# the log was known by another hard link of it. Found by seed 110022823.
knobs 1
part 0 0 0
write 0 28 0
kill 0 0 0
write 0 63 0
write 1 0 0
hardlink 1 0 0
settle 0 0 0
rotate 1 10 0
start 0 0 0
write 1 0 0
tick 47 45 0
cut 0 0 0
copytruncate 1 39 0
write 1 0 0
