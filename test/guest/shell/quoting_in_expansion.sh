x='a "b" $c \d `e`'
echo "$x"; echo $x
y="'single'"; echo $y
z='*'; echo "$z"
e=''; printf '<%s>' $e "$e" x$e; echo
q='a	b
c'; echo $q; echo "$q"
echo "${x}" '${x}'
echo "a${e}b" "${e:-"x y"}"
echo ${e:-'q  r'}
