i=0
while [ $i -lt 5 ]; do i=$((i+1)); echo $i; done
until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i
while true; do i=$((i+1)); [ $i -gt 3 ] && break; done; echo $i
i=0
while [ $i -lt 6 ]; do
 i=$((i+1))
 if [ $i -eq 2 ]; then continue; fi
 [ $i -eq 5 ] && break
 echo $i
done
while false; do :; done; echo $?
