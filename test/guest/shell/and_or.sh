true && echo 1
false && echo no
false || echo 2
true || echo no
true && false || echo 3
false || true && echo 4
false && echo no || echo 5
true &&
echo 6
{ false || true; } && echo 7
