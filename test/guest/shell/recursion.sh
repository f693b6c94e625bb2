fib() {
 if [ $1 -lt 2 ]; then r=$1; return; fi
 local a b
 fib $(($1-1)); a=$r
 fib $(($1-2)); b=$r
 r=$((a+b))
}
fib 10; echo $r
down() { [ $1 -eq 0 ] && return 0; echo $1; down $(($1-1)); }
down 4
gcd() { if [ $2 -eq 0 ]; then echo $1; else gcd $2 $(($1%$2)); fi; }
gcd 48 36
