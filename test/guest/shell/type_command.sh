command -v cd; command -v nosuch_cmd; echo $?
command echo via command
f() { echo function; }
command -v f
echo() { printf 'mine\n'; }
echo x; command echo real
unset -f echo; echo back
