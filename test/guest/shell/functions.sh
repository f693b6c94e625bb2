hello() { echo hello "$1"; }
hello world
count() { echo $#; return 5; }
count a b c; echo $?
outer() { inner() { echo inner; }; inner; }
outer; inner
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1 - 1))))); fi; }
fact 6
set -- keep
hello x; echo $1
g() for i in 1 2; do echo g$i; done
g
h() ( x=sub; echo $x )
x=main; h; echo $x
v() { return; }
false; v; echo $?
