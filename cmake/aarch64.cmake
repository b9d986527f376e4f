# Toolchain file: builds for Linux on 64-bit ARM with Debian's cross-compiler; tests run under QEMU. The preset
# `aarch64` uses it. The libraries for ARM lie in build/sysroot-aarch64, where scripts/sysroot.sh unpacks them: nothing
# of this machine's own libraries is touched or found.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)

get_filename_component(cradle_sysroot "${CMAKE_CURRENT_LIST_DIR}/../build/sysroot-aarch64" ABSOLUTE)
set(CMAKE_FIND_ROOT_PATH "${cradle_sysroot}" /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${cradle_sysroot}")
set(ENV{PKG_CONFIG_LIBDIR} "${cradle_sysroot}/usr/lib/aarch64-linux-gnu/pkgconfig:${cradle_sysroot}/usr/share/pkgconfig")

# /usr/aarch64-linux-gnu has the C library and OpenMP's.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu
    -E "LD_LIBRARY_PATH=${cradle_sysroot}/usr/lib/aarch64-linux-gnu:/usr/aarch64-linux-gnu/lib")
