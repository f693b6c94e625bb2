true; echo $?
false; echo $?
! true; echo $?
! false; echo $?
(exit 7); echo $?
sh -c 'exit 42'; echo $?
nosuchcommand_xyz 2>/dev/null; echo $?
false | true; echo $?
true | false; echo $?
x=$(exit 3); echo $?
exit 9
