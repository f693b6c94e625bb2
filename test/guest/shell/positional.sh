set -- one "two three" four
echo $# $1 "$2" $3
for a in "$@"; do echo "<$a>"; done
for a in $@; do echo "($a)"; done
for a in "$*"; do echo "{$a}"; done
shift; echo $# "$1"
shift 2; echo $#
set -- a b c d e f g h i j k l
echo $10 ${10} ${12} $#
