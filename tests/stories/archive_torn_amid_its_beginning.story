# The end of an archive does not come, since the power failed while it was written: it is given up in the end,
# and the archive of the next generation goes on. That was held back for ever.
knobs 36
part 0 0 0
write 3 76 0
rotate 3 0 0
part 3 0 0
compress 3 1 0
late 0 0 0
part 2 0 0
rotate 0 0 0
cut 0 0 0
write 3 0 0
rotate 3 0 0
compress 3 0 0
