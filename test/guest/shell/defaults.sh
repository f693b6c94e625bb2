unset u; e=; v=val
echo "${u-d1}" "${e-d2}" "${v-d3}"
echo "${u:-d1}" "${e:-d2}" "${v:-d3}"
echo "${u+a1}" "${e+a2}" "${v+a3}"
echo "${u:+a1}" "${e:+a2}" "${v:+a3}"
echo "${u:=assigned}" "$u"
echo ${none:-a b   c}
echo "${none:-"quoted  word"}"
echo "${none:-$v}" "${none:-$(echo sub)}" "${none:-${v}2}"
