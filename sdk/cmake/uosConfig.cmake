# find_package(uos): the target uos::uos.  uos-cc knows headers and libraries by
# itself, so the target adds nothing; that it is asked for makes sure that the
# program is compiled for uos.

if(NOT CMAKE_C_COMPILER MATCHES "uos-cc$")
	set(uos_FOUND FALSE)
	set(uos_NOT_FOUND_MESSAGE "the compiler is ${CMAKE_C_COMPILER}, which is not uos's; configure an empty build folder with -DCMAKE_TOOLCHAIN_FILE=${CMAKE_CURRENT_LIST_DIR}/toolchain.cmake")
	return()
endif()

if(NOT TARGET uos::uos)
	add_library(uos::uos INTERFACE IMPORTED)
endif()
