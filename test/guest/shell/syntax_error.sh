echo before
if true; then echo inside
echo never run
