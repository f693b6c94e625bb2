set -e
false || echo tested
if false; then :; fi
! true
false && true
echo before
x=$(echo ok)
f() { false; echo not reached; }
f
echo never
