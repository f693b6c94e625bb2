x=plain; export y=exported
sh -c 'echo "[$x] [$y]"'
export x; sh -c 'echo "[$x]"'
z=temp sh -c 'echo $z'; echo "[$z]"
unset y; sh -c 'echo "[$y]"'
a=1 b=2 sh -c 'echo $a$b'
export p='with blank'; sh -c 'echo "$p"'
