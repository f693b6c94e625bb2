echo x > f; mkdir dir; : > empty
[ -f f ] && echo file
[ -d dir ] && echo dir
[ -e none ] || echo none
[ -s f ] && echo size
[ -s empty ] || echo empty
[ -f dir ] || echo not file
[ -r f ] && echo readable
[ -c /dev/null ] && echo device
rm f empty; rmdir dir
[ -e f ]; echo $?
