x=1; (x=2; echo $x); echo $x
(cd /; pwd); (exit 3); echo $?
f() { echo func; }; (f)
( (echo nested) )
(set -- a b; echo $#); echo $#
(echo a; exit 4; echo no); echo $?
x=$( (echo in) ); echo $x
(false) || echo failed
