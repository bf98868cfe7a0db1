# Rewritten and power cut: bytes are said to be lost, and every line counts.
# Found by seed 742.
knobs 4
write 3 20 0
rewrite 3 1 0
scrape 0 0 0
cut 0 0 0
