echo 'single  quotes $x `y` \n'
echo "double  quotes"
x=value
echo "$x" '$x' "\$x" \$x
echo "a\\b" 'a\b' a\\b
echo "it's" 'say "hi"'
echo a'b'"c"d
echo "" '' | cat -
printf '[%s]' "" '' "a b" c; echo
echo one\
two
