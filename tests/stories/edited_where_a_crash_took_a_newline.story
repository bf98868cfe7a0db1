# A crash took only the newline of a line that counted, an editor wrote the file anew, and the newline came back: line 4 counted
# twice, and nothing says so. Found by seed 200083070.
knobs 0
write 3 87 0
part 1 0 0
tick 49 97 0
bak 1 1 0
cut 0 0 0
start 0 0 0
edit 3 26 0
write 3 0 0
