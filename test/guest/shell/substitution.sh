echo $(echo a b) "$(echo 'c  d')"
x=$(printf 'line1\nline2\n\n'); echo "$x"; echo $x
echo `echo back` `echo \`echo nested\``
echo "$(echo "inner \"quotes\"")"
echo $(case a in a) echo in case;; esac)
y=$(x=changed; echo $x); echo "$y" $x
echo "<$(true)>"
echo $(echo one; echo two)
z=$(cat <<EOF
heredoc inside
EOF
)
echo "$z"
