# Builds for uos:
#
#   cmake -B build -DCMAKE_TOOLCHAIN_FILE=SDK/lib/cmake/uos/toolchain.cmake
#
# -DUOS_ABI=lp64 builds for a processor without floating point.

get_filename_component(UOS_SDK "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv64)
set(CMAKE_C_COMPILER "${UOS_SDK}/bin/uos-cc")
set(UOS_ABI lp64d CACHE STRING "lp64d, or lp64: without floating point")
# The tests that cmake makes of the compiler are projects of their own.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES UOS_ABI)
set(CMAKE_C_FLAGS_INIT "-mabi=${UOS_ABI}")

# Libraries and headers of the host are not for uos; its programs can be of use.
list(APPEND CMAKE_PREFIX_PATH "${UOS_SDK}")
set(CMAKE_FIND_ROOT_PATH "${UOS_SDK}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
