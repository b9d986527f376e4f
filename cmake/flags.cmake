# How everything of ours is compiled: the target cradle_flags.
#
# Never -ffast-math: it lets the compiler assume that there is no NaN, and isnan() would be useless. Assertions stay in
# every build: they guard against our own mistakes, and wrong numbers are worse than a stop.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O3")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_DEBUG "-O0 -g")

add_library(cradle_flags INTERFACE)
target_compile_definitions(cradle_flags INTERFACE _GNU_SOURCE)
target_compile_options(cradle_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow
    -fno-math-errno -fno-trapping-math -ffp-contract=fast)
target_link_libraries(cradle_flags INTERFACE OpenMP::OpenMP_C)
if(CRADLE_WERROR)
    target_compile_options(cradle_flags INTERFACE -Werror)
endif()

if(CRADLE_SANITIZE)
    set(sanitizers address,undefined address undefined thread)
    if(NOT CRADLE_SANITIZE IN_LIST sanitizers)
        message(FATAL_ERROR "CRADLE_SANITIZE is '${CRADLE_SANITIZE}': it may be address,undefined or thread")
    endif()
    # The barriers of GCC's OpenMP are invisible to the thread sanitizer; those of LLVM tell it by Archer.
    if(CRADLE_SANITIZE STREQUAL "thread" AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "The thread sanitizer needs clang with its own OpenMP: use the preset 'tsan', or set "
                            "CMAKE_C_COMPILER=clang (Debian: apt-get install clang libomp-dev)")
    endif()
    target_compile_options(cradle_flags INTERFACE
        -fsanitize=${CRADLE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(cradle_flags INTERFACE -fsanitize=${CRADLE_SANITIZE})
endif()
