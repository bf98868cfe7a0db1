# What an editor kept is packed, the log is written on, and deleted: line 11, which only the archive holds, was lost without a word.
knobs 0
tick 48 0 0
write 2 45 0
late 2 0 0
bak 2 1 0
compress 2 0 0
tick 14 76 0
write 2 0 0
tick 23 70 0
unlink 2 0 0
write 2 0 0
