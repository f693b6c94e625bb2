x=val
cat <<EOF
plain $x $(echo sub) $((1+1)) \$x "quotes" 'single'
  indented \\ back
EOF
cat <<'EOF'
raw $x $(echo sub) \$x
EOF
cat <<-EOF
	tab gone
		two
	EOF
cat <<A; cat <<B
first
A
second
B
while read l; do echo "<$l>"; done <<EOF
l1
l2
EOF
f() { cat <<EOF
in function $1
EOF
}
f arg
cat <<EOF | sort
b
a
EOF
