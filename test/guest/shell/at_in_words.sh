set -- a b c
printf '<%s>' "x$@y"; echo
set --
printf '<%s>' "$@"; echo
printf '<%s>' "x$@y"; echo
printf '<%s>' "$@" end; echo
f() { echo $#; }
f "$@"; f "$*"; f $*; f ""
