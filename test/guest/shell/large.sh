x=; i=0
while [ $i -lt 500 ]; do x="$x $i"; i=$((i+1)); done
set -- $x; echo $# ${500}
echo ${#x}
for v in $x; do last=$v; done; echo $last
cat <<EOF > big
$x$x$x$x$x$x$x$x$x$x
$x$x$x$x$x$x$x$x$x$x
EOF
wc -c < big | { read n; echo $n; }
y=$(cat big); echo ${#y}; rm big
