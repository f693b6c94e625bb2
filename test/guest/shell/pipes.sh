echo a b c | cat
printf '3\n1\n2\n' | sort
printf 'x\ny\nz\n' | while read l; do echo "($l)"; done
echo start | cat | cat | cat | cat
{ echo 1; echo 2; } | wc -l
(echo s; echo t) | sort -r
i=0; echo x | i=1; echo $i
seq() { n=1; while [ $n -le $1 ]; do echo $n; n=$((n+1)); done; }
seq 10 | tail -n 3 | head -n 1
echo out | { read x; echo "read $x"; }
! echo a | grep b; echo $?
if echo abc | grep -q b; then echo found; fi
echo multi |
 cat
