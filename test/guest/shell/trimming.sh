p=/usr/local/lib/file.tar.gz
echo ${p#*/} ${p##*/} ${p%.*} ${p%%.*} ${p%/*}
echo "${p#/usr}" "${p#nomatch}" "${#p}"
x=aXbXc; echo ${x%X*} ${x%%X*} ${x#*X} ${x##*X}
s='a*b'; echo "${s%\*b}" "${s#a'*'}"
