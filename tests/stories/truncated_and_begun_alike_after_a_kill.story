# Half a line had counted as it stood when logtally was killed, and the log was truncated and written anew, beginning alike:
# line 3 was lost without a word, and nothing tells.
# Found by seed 700372677.
knobs 128
part 0 0 0
tick 0 0 0
away 0 0 0
edit 0 86 0
late 0 0 0
back 0 0 0
kill 0 0 0
truncate 0 0 0
write 0 0 0
