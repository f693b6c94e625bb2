exec 3> log
echo first >&3
echo second >&3
exec 3>&-
cat log
exec < log
read a; read b; echo "$b $a"
rm log
(exec > sub; echo inside); cat sub; rm sub
