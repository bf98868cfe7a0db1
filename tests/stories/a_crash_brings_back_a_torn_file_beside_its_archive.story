# A crash of the machine undoes that a rotated file was compressed, and leaves NULs at its end, where no birth is known: it
# counts again, and that is told. (Seed 200069135.)
knobs 33
part 0 0 0
write 2 32 0
away 0 0 0
rotate 2 0 0
compress 2 1 0
settle 0 0 0
tick 54 91 0
late 2 1 0
compress 2 0 0
tick 18 97 0
tick 48 40 0
part 2 0 0
back 0 0 0
tick 53 50 0
cut 0 0 0
