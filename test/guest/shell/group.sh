{ echo a; echo b; }
{ x=5; }; echo $x
{ echo out; } > file; cat file; rm file
{ false; }; echo $?
{ { echo deep; }; }
