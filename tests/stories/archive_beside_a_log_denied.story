# Archive beside a log denied: line 1 counted twice.
# Found by seed 507439.
knobs 0
write 3 0 0
hardlink 3 0 0
compress 3 0 0
fail 0 0 0
tick 0 0 0
