# After a power cut half a copy with NULs lies beside the archive of the log itself, which was written on.
# The log went on in the copy, and the archive was held back for it.
knobs 0
write 0 0 0
write 0 1 0
write 1 93 0
copytruncate 1 1 0
tick 63 64 0
edit 0 0 0
cut 0 0 0
write 1 0 0
rotate 1 0 0
compress 1 93 0
