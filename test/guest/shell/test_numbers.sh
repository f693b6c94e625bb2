[ 1 -eq 1 ]; echo $?
[ 1 -ne 1 ]; echo $?
[ 1 -lt 2 ] && [ 2 -le 2 ] && [ 3 -gt 2 ] && [ 3 -ge 3 ] && echo ok
[ 10 -gt 9 ] && echo numeric
[ -5 -lt 3 ] && echo negative
[ 007 -eq 7 ] && echo zeros
[ a -eq 1 ] 2>/dev/null; echo $?
