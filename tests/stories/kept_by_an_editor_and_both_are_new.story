# What an editor kept, and what it put in its place, were met together: line 1 counted twice, and nothing says so.
# Found by seed 83002315.
knobs 0
reload 0 5 0
write 3 0 0
bak 3 38 0
