:; echo $?
: a b c
: ${x:=default}; echo $x
true a b; echo $?
while :; do break; done
if :; then echo colon; fi
x=1 :; echo $x
