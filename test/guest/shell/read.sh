echo 'one two three' > in
read a b < in; echo "$a|$b"
read a < in; echo "$a"
read a b c d < in; echo "$a|$b|$c|$d"
printf 'back\\slash\n' | { read x; echo "$x"; }
printf 'back\\slash\n' | { read -r x; echo "$x"; }
printf 'a:b:c\n' | { IFS=: read x y; echo "$x $y"; }
printf '  padded  \n' | { read x; echo "[$x]"; }
printf '  padded  \n' | { IFS= read -r x; echo "[$x]"; }
read x < /dev/null; echo $? "[$x]"
printf 'no newline' | { read x; echo $? $x; }
printf 'l1\nl2\nl3\n' > in
{ read a; read b; cat; } < in; echo $a $b
rm in
