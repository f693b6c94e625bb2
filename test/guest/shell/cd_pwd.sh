mkdir -p w/x; cd w; b=$(pwd); cd x
[ "$(pwd)" = "$b/x" ] && echo in
cd ..; [ "$(pwd)" = "$b" ] && echo back
cd x && cd - > /dev/null && [ "$PWD" = "$b" ] && echo dash
cd nosuch 2>/dev/null || echo failed
(cd x; [ "$(pwd)" = "$b/x" ] && echo sub)
[ "$(pwd)" = "$b" ] && echo same
cd ..; rm -r w
