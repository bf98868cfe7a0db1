# Edited while down, copied, and the copy compressed: line 1 counted twice, and nothing says so. Found by seed
# 15006370.
knobs 0
write 1 0 0
scrape 0 0 0
part 1 0 0
kill 0 0 0
tick 2 1 0
start 0 0 0
edit 1 1 0
copytruncate 1 86 0
tick 0 0 0
stop 0 0 0
compress 1 0 0
