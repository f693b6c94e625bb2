f() { echo f; }
f; unset -f f
f 2>/dev/null; echo $?
x=1; unset x; echo "[$x]"
readonly r=5; echo $r
(r=6) 2>/dev/null; echo $?
echo $r
