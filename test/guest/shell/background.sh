echo back > f & wait; cat f
(exit 5) & wait $!; echo $?
sleep 0 & p=$!; wait $p; echo $?
{ echo group; } & wait
for i in 1 2 3; do echo $i > f$i & done; wait; cat f1 f2 f3
rm f f1 f2 f3
wait; echo $?
