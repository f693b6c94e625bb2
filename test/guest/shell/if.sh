if true; then echo yes; fi
if false; then echo no; else echo else; fi
if false; then echo no; elif true; then echo elif; else echo no; fi
if false
then echo no
elif false
then echo no
else
 if true; then echo nested; fi
fi
if false; then :; fi; echo $?
if ! false; then echo not; fi
if [ a = a ] && [ b != c ]; then echo both; fi
