echo a; echo b;
if true; then echo c; echo d; fi; echo e
{ echo f; echo g; }; (echo h; echo i;)
while true; do echo j; break; done; echo k
f() { echo l; }; f;
