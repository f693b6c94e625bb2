mkdir -p d/sub; cd d
: > a.txt; : > b.txt; : > c.c; : > .hidden; : > sub/x.txt; : > 'sp ace.txt'
echo *.txt
echo *
echo *.none
echo [ab].txt [!a]*.txt
echo ?.c
echo */*.txt
echo .h*
echo '*.txt' "*.c" \*
p='*.c'; echo $p "$p"
for f in *.txt; do echo "<$f>"; done
echo sub/*
echo ./*.c
set -f; echo *.txt; set +f
cd ..; rm -r d
