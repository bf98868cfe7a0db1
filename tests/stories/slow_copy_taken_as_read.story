# A slow copy is taken as read when its original is truncated: it begins as that did. Then it goes on, up to
# where its original ended: no line of that counts again. It was read on as a content of its own.
knobs 0
write 2 21 0
copytruncate 2 1 0
tick 0 0 0
switch 0 1 0
tick 62 17 0
tick 27 33 0
tick 51 23 0
tick 63 45 0
start 0 0 0
switch 0 0 0
tick 59 27 0
switch 0 1 22
