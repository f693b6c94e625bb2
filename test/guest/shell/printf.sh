printf 'plain\n'
printf '%s %s\n' a b c d
printf '%d %i %u %x %X %o\n' 10 10 10 255 255 8
printf '%5d|%-5d|%05d|%+d\n' 42 42 42 42
printf '%10s|%-10s|%.2s\n' right left cut
printf '%c%c\n' abc def
printf '%b\n' 'a\tb\\c'
printf '%%\n'
printf '\101\x\n' 2>/dev/null | head -c 1; echo
printf '%s\n'
printf '%d\n'
printf 'no args %s|\n'
printf '%*d|\n' 5 42
printf '%d\n' 0x10 010 "'A"
