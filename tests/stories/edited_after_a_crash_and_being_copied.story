# Cut by a crash, replaced by an editor's copy, and copied while logtally starts; what is written meanwhile is in the copy, too: line 31 counted twice (told).
# Found by seed 350007493.
knobs 34
write 3 50 0
write 1 0 0
write 2 15 0
write 1 54 0
tick 50 27 0
late 1 7 0
late 2 83 0
scrape 0 0 0
write 3 0 0
write 3 18 0
tick 21 70 0
cut 0 0 0
edit 3 0 0
copytruncate 3 23 0
write 3 0 0
