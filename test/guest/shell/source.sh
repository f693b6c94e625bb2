cat > lib.sh <<'EOF'
lib() { echo lib $1; }
value=from_lib
return 3
echo never
EOF
. ./lib.sh; echo $?
lib call; echo $value
rm lib.sh
