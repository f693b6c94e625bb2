trap 'echo bye' EXIT
echo working
(trap 'echo sub' EXIT; echo in sub)
exit 3
