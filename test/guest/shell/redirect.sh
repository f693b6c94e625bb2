echo one > f; cat f
echo two >> f; cat f
cat < f
cat < f > g; cat g
echo err 1>&2 2>/dev/null
{ echo a; echo b >&2; } > both 2>&1; cat both
echo x >&1
ls nosuchfile 2> errors; [ -s errors ] && echo there are errors
> empty; cat empty; [ -f empty ] && echo exists
: > f; cat f
while read l; do echo "[$l]"; done < g
for i in 1 2; do echo $i; done > loop; cat loop
cat < nosuchfile 2>/dev/null; echo $?
echo late > f2 && cat f2
3>fd3 echo to3 >&3; cat fd3
rm f g both errors empty loop f2 fd3
