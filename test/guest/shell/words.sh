# a comment
echo a#b # another
echo	tab	separated
echo a;echo b
echo "#no comment"
true&&echo and
