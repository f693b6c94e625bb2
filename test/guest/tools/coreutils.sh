# Each tool on the same inputs as coreutils; what differs is told by test_coreutils.py.
printf 'alpha\nbeta\ngamma\nalpha beta\nBeta\n\n10\n9\n2.5\n-3\n' > t1
printf 'no newline at end' > t2
: > t3
printf 'b 2 x\na 10 y\nc 1 z\nb 1 w\na 2 v\n' > t4
printf 'k1:30:z\nk2:4:y\nk3:4:x\n' > t5
i=0; while [ $i -lt 400 ]; do echo "line $i of a longer file with words"; i=$((i+1)); done > t6
run() { echo "--- $*"; "$@"; echo "[$?]"; }
run cat t1
run cat t2 t3 t1
run cat nosuch
cat - t2 < t1
run head t1
run head -n 2 t1 t2 t3
run head -c 7 t1
run head -n 0 t1
run head -n 3 nosuch
head -n 1 < t1
run head -n 300 t6
run tail t6
run tail -n 2 t1 t2
run tail -c 5 t1
run tail -n +9 t1
run tail -c +10 t2
run tail -n 0 t1
tail -n 3 < t6
run tail -n 1000 t6
run tail nosuch
run wc t1
run wc t1 t2 t3 t6
run wc -l t1
run wc -w t6
run wc -c t1 t2
wc < t1
wc -l < t6
cat t6 | wc
cat t6 | wc -lw
run wc nosuch
run wc -lc t6
run grep alpha t1
run grep -n beta t1
run grep -i beta t1
run grep -v a t1
run grep -c a t1 t2
run grep -l a t1 t2 t3
run grep -q alpha t1
run grep nosuch t1
run grep '^[a-b].*a$' t1
run grep -E 'al|ga' t1
run grep -E '^[0-9]+(\.[0-9]+)?$' t1
run grep -F 2.5 t1
run grep -F . t1
run grep -w beta t1
run grep -x beta t1
run grep -h a t1 t2
run grep a nosuch
run grep -e -3 t1
grep -c line < t6
run grep 'a\{1\}l' t1
run grep -nv a t1
run grep '' t3
run grep -ix BETA t1
run grep '\(a\)l.*\1' t1
run sort t1
run sort -r t1
run sort -n t1
run sort -u t1 t1
run sort t4
run sort -k 2 t4
run sort -k 2,2n t4
run sort -n -k 2 t4
run sort -k 1,1 -u t4
run sort -t : -k 2 -n t5
run sort -t : -k 3 t5
run sort -nr t1
run sort -o t7 t4
cat t7
sort < t4
run sort nosuch
run sort t2 t4
run sort -u t4
run sha256sum t1 t2 t3
sha256sum < t1
run sha256sum nosuch
run hexdump -C t1
run hexdump -C t2
run hexdump -C t3
run hexdump -C -n 20 t6
run hexdump -C -s 5 -n 3 t1
head -c 200 /dev/zero | hexdump -C
cat t1 t2 | hexdump -C
run mkdir d1
run mkdir d1
run mkdir -p d1/a/b
run mkdir -p d1/a
run mkdir d2/x
run ls d1
run rmdir d1/a
run rmdir d1/a/b d1/a
run ls d1
run rmdir nosuch
run cp t1 t8
cat t8
run cp t1 t2 d1
run ls d1
run cp t1 nosuchdir/x
run cp d1 d3
run cp -r d1 d3
run ls d3
run cp -r d1 d3
run ls d3 d3/d1
run cp nosuch x
run cp t1 t2 t3
run mv t8 t9
run ls
run mv t9 d1
run ls d1
run mv d1 d4
run ls d4
run mv nosuch x
run mv t1 t2 t3
run mv d4 d3
run ls d3
run rm t7
run rm nosuch
run rm -f nosuch
run rm d3
run rm -r d3
run rm -rf d3 nosuch
run ls
mkdir dd
cp t2 dd
: > dd/.hid
run ls -a dd
run ls -1 dd t1
run ls dd t1 t4
run ls -d dd
run ls nosuch
/bin/echo a b; /bin/echo -n x; /bin/echo -e 'a\tb\\n'; /bin/echo 'a\tb'; /bin/echo -ne 'x\n'; /bin/echo -E 'a\n'; /bin/echo -x; /bin/echo -e 'cut\cxx'; /bin/echo; /bin/echo -e '\0101\x'
ls -l t1 t2 t3 t6 | while read mode links user group size rest; do echo $mode $links $size ${rest##* }; done
ls -ld dd | while read mode rest; do echo $mode; done
printf '%s\n' 'wide   fields' | sort -k 2
run sort -k 2nr t4
run grep -E '' t1
run grep -x '' t1
