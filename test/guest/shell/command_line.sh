sh -c 'echo $0 $1 $2' name a b
sh -c 'echo $#' x
cat > s.sh <<'EOF'
echo "args: $# $1 $2"
echo "$0"
EOF
sh s.sh p 'q r'
sh ./s.sh
echo 'echo from stdin' | sh
echo 'echo $1' | sh -s arg
rm s.sh
sh -e -c 'false; echo no'; echo $?
