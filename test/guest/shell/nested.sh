for i in 1 2 3; do
 case $i in
  1) if true; then echo one; fi;;
  2) while :; do echo two; break; done;;
  *) { for j in a b; do echo $i$j; done; };;
 esac
done | while read line; do
 echo "line: $line"
done
echo $(for i in 1 2; do if [ $i = 2 ]; then echo $(echo deep $i); fi; done)
f() { while [ $# -gt 0 ]; do case $1 in -a) echo A;; -b) shift; echo "B=$1";; *) echo "arg $1";; esac; shift; done; }
f -a -b val rest 'more words'
