# A directory was away, and is back; its log cannot be looked into, and is copied, truncated and rotated meanwhile: the
# copy is its rest.
# Found by seed 700283458.
knobs 0
write 0 0 0
tick 0 0 0
away 0 0 0
edit 0 78 0
fail 55 0 0
write 2 0 0
back 0 0 0
rotate 2 0 0
tick 55 55 0
copytruncate 0 0 0
rotate 0 0 0
edit 0 11 0
