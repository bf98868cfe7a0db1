# What an editor kept, and what it put in its place, were both not read yet: line 2 counted twice, and nothing says so.
# Found by seed 83000959.
knobs 0
part 0 0 0
edit 0 78 0
write 0 0 0
bak 0 0 0
