for w in apple banana cherry 12 'a b' '' '*' x.c -v; do
 case $w in
  apple) echo fruit a;;
  b*|c*) echo fruit bc ;;
  [0-9]*) echo number;;
  'a b') echo blank;;
  '') echo empty;;
  '*') echo star;;
  *.c) echo source;;
  -?) echo option
   ;;
  *) echo other
 esac
done
case x in (x) echo paren;; esac
case none in a) echo a;; esac; echo $?
v='*'; case abc in $v) echo pattern;; esac
case abc in "$v") echo no;; *) echo quoted;; esac
case abc in [!b-z]*) echo negated;; esac
case a-b in *[-]*) echo dash;; esac
