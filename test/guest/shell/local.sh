x=global
f() { local x=inner y; y=2; echo $x $y; g; }
g() { echo g sees $x; x=changed; }
f; echo $x [$y]
h() { local x; x=3; echo $x; }
h; echo $x
