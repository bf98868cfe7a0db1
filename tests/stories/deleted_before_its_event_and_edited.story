# Deleted and written anew; the log has its name again before the event of the deletion is read; edited then:
# line 7 counted twice.
knobs 0
write 0 2 0
tick 40 99 0
rotate 0 1 0
write 0 2 0
tick 40 99 0
compress 0 0 0
tick 40 99 0
unlink 0 0 40
write 0 3 1
edit 0 2 0
tick 40 99 0
