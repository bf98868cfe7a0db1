# What a hard link of a log names is being compressed, when the power fails: what lies beside the archive is
# known by its other name. It was looked for all the time.
knobs 35
write 1 98 0
write 2 94 0
hardlink 1 0 0
rotate 2 1 0
settle 0 0 0
compress 2 0 0
compress 1 1 0
cut 0 0 0
