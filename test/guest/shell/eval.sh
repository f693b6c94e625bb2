x='echo evaluated'; eval $x
n=v; eval "$n=5"; echo $v
eval 'a=1; b=2'; echo $a$b
eval "for i in 1 2; do echo \$i; done"
eval; echo $?
eval false; echo $?
cmd='printf "%s\n" "a b"'; eval "$cmd"
