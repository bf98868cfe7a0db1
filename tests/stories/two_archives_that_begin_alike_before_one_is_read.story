# An editor's backup and a copy of the log, both compressed before anybody looked, and one begins with all of the
# other: line 1 counted twice without a word.
# Found by seed 200831199.
knobs 0
write 1 0 0
bak 1 0 0
compress 1 0 0
part 1 0 0
copytruncate 1 0 0
compress 1 0 0
