# A log was first met under the name b.1.log, which a power cut undoes; then it is copied and truncated. It
# is the log b.log again, and its copy is its rest. The copy was read as one that nobody saw.
knobs 8
write 1 0 0
settle 0 0 0
rotate 1 66 0
tick 30 51 0
cut 0 0 0
copytruncate 1 0 0
