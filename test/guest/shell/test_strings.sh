[ a = a ]; echo $?
[ a = b ]; echo $?
[ a != b ]; echo $?
[ -z "" ]; echo $?
[ -n "" ]; echo $?
[ -z x ]; echo $?
[ "" ]; echo $?
[ x ]; echo $?
test a = a && echo t
[ ! a = b ] && echo n
[ a = a -a b = b ] && echo and
[ a = x -o b = b ] && echo or
[ \( a = a \) ] && echo paren
[ -n = -n ]; echo $?
[ ! ]; echo $?
[ ! "" ]; echo $?
[ 2>/dev/null; echo $?
