x=1
echo ${y-default}
set -u
echo $x ${y:-fallback}
(echo $undefined) 2>/dev/null; echo $?
echo "$#" "$@"
echo $y
echo never
