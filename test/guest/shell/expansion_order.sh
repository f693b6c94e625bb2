a=1; a=2 eval 'echo $a'; echo $a
x=5; y=$x x=6; echo $y $x
set -- $(echo a b); echo $2
n='a b'; for w in $n$n; do echo $w; done
v=x; v=${v}y v=${v}z; echo $v
echo ${v:+$(echo sub)} ~+ | head -c 3; echo
HOME=/home/me; echo ~ ~/x "~" a~
