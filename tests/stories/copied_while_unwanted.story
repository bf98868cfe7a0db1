# Copied slowly and truncated while its configuration was taken out, over a restart.
# Found by seed 1110.
knobs 0
write 1 0 0
tick 0 0 0
reload 0 62 0
copytruncate 1 1 0
stop 0 0 0
start 0 0 0
tick 0 0 0
