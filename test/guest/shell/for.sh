for i in a b c; do echo $i; done
for i in; do echo never; done; echo $?
for x in 1 2; do for y in a b; do echo $x$y; done; done
list='p q r'; for i in $list; do echo $i; done
for i in "$list" 'x y'; do echo "[$i]"; done
for n in 1 2 3
do
 for m in 1 2 3; do
  [ $m = 2 ] && continue 2
  [ $n = 3 ] && break 2
  echo $n$m
 done
done
set -- u v
for a do echo $a; done
for a; do echo $a; done
echo $i
