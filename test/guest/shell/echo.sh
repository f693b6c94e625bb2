echo
echo -n no newline; echo
echo 'a\tb\nc'
echo "x\\y"
echo -e 2>/dev/null | cat
echo -- dash
echo 'stop\chere'; echo
echo '\0101'
