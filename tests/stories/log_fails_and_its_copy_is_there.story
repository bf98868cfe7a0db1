# A directory is back, with a log that cannot be read just now and a copy of it: what was read does not go on
# in the copy before the log was looked into. Then the log was new.
knobs 0
write 1 0 0
copytruncate 1 46 0
tick 48 80 0
kill 0 0 0
away 0 0 0
start 0 0 0
tick 0 0 0
fail 0 0 0
back 0 0 0
tick 0 0 0
