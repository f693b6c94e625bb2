total=0
while read n; do total=$((total+n)); done <<EOF
1
2
3
EOF
echo $total
printf 'c 3\na 1\nb 2\n' | sort | while read k v; do echo "$v=$k"; done
n=0; for f in 1 2 3 4; do n=$((n+f)); done; echo $n
printf '1\n2\n3\n4\n' | { s=0; while read x; do s=$((s+x)); done; echo sum $s; }
i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done | tail -n 1
for i in 3 1 2; do echo $i; done | sort > out; cat out; rm out
