# first
echo a # end
   # indented

echo b \
  c
if true # here
then # there
 echo d # inside
fi # last
for i in 1 # list
do echo $i
done
# the end
