f() { return 7; }
f; echo $?
sh -c 'f() { exit 3; }; f; echo no'; echo $?
(return 4 2>/dev/null); true
sh -c 'true'; echo $?
sh -c ''; echo $?
x=5 false; echo $?
sh -c 'exit 300'; echo $?
exit
