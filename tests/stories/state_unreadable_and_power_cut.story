# A power cut took a log, and the last state cannot be read; the one before did not know it: line 1 was seen and is lost, and nothing says so.
# Found by seed 78013570.
knobs 0
write 3 0 0
tick 58 61 0
copytruncate 3 0 0
cut 0 0 0
fail 0 1 0
start 0 0 0
