# Kept by an editor amid its being rewritten: it goes on then, and nothing tells what came in its place from a
# generation with the same banner. Lines count twice, and nobody can say so. Found by seed 110020644.
knobs 128
write 2 89 0
write 0 0 0
rewrite 2 1 0
write 2 0 0
scrape 0 0 0
bak 2 0 0
write 1 0 0
