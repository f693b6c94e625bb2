IFS=:
x=a:b::c:
printf '<%s>' $x; echo
set -- 1 2 3
echo "$*"
IFS=', '
y='a, b ,c  d,,e'
printf '<%s>' $y; echo
IFS=
z='a b'; printf '<%s>' $z; echo
echo "$*"
unset IFS
printf '<%s>' $z; echo
