a=1 b=2
echo $a$b ${a}x $ax. "$a"
a=$b; b=3; echo $a $b
empty=
echo "[$empty]" [$none]
c="x   y"; echo $c; echo "$c"
d=$c; echo "$d"
unset a; echo "[${a-unset}]"
_x9=ok; echo $_x9
