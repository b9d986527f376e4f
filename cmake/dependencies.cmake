# The libraries that Cradle stands on. Everything is looked for before anything is said, so that one message names all
# that is missing, with the package for each system.
#
# Sets CRADLE_LIBRARIES (to link) and the target cradle_dependencies (to compile).
set(CMAKE_THREAD_PREFER_PTHREAD ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig)

set(CRADLE_LIBRARIES "")
set(missing "")

# cradle_missing(WHAT DEBIAN FEDORA ARCH HOMEBREW)
macro(cradle_missing what debian fedora arch homebrew)
    string(APPEND missing "\n  ${what}: Debian, Ubuntu ${debian}; Fedora ${fedora}; Arch ${arch}; Homebrew ${homebrew}")
endmacro()

# cradle_library(VARIABLE WHAT MODULES DEBIAN FEDORA ARCH HOMEBREW): the first of MODULES that pkg-config knows
macro(cradle_library variable what modules debian fedora arch homebrew)
    if(PKG_CONFIG_FOUND)
        pkg_search_module(${variable} QUIET IMPORTED_TARGET ${modules})
    endif()
    if(${variable}_FOUND)
        list(APPEND CRADLE_LIBRARIES PkgConfig::${variable})
    else()
        cradle_missing("${what}" "${debian}" "${fedora}" "${arch}" "${homebrew}")
    endif()
endmacro()

if(NOT PKG_CONFIG_FOUND)
    cradle_missing("pkg-config" pkg-config pkgconf-pkg-config pkgconf pkgconf)
endif()
cradle_library(CRADLE_YAML "libyaml (yaml-0.1)" yaml-0.1 libyaml-dev libyaml-devel libyaml libyaml)
cradle_library(CRADLE_CJSON "cJSON (libcjson)" libcjson libcjson-dev cjson-devel cjson cjson)
cradle_library(CRADLE_ZLIB "zlib" zlib zlib1g-dev zlib-devel zlib zlib)
cradle_library(CRADLE_JPEG "libjpeg-turbo (libjpeg)" libjpeg libjpeg-dev libjpeg-turbo-devel libjpeg-turbo jpeg-turbo)
cradle_library(CRADLE_SQLITE "SQLite (sqlite3)" sqlite3 libsqlite3-dev sqlite-devel sqlite sqlite)
cradle_library(CRADLE_SPNG "libspng (spng)" "spng;libspng" libspng-dev libspng-devel libspng libspng)

# cradle_optional(NAME MODULE WITHOUT SOURCES): a library that may be absent. Where it is there, CRADLE_HAVE_NAME is defined
# in the sources that use it, and CRADLE_OPTIONAL names it.
set(CRADLE_OPTIONAL "")
macro(cradle_optional name module without)
    if(PKG_CONFIG_FOUND)
        pkg_search_module(CRADLE_${name} QUIET IMPORTED_TARGET ${module})
    endif()
    if(CRADLE_${name}_FOUND)
        list(APPEND CRADLE_LIBRARIES PkgConfig::CRADLE_${name})
        list(APPEND CRADLE_OPTIONAL ${name})
        set_source_files_properties(${ARGN} PROPERTIES COMPILE_DEFINITIONS CRADLE_HAVE_${name})
    else()
        message(STATUS "Without ${module}: ${without}; `scripts/setup.sh optional` installs it")
    endif()
endmacro()

cradle_optional(LIBZIP libzip "no NPZ archives" src/data/formats/npz.c)
cradle_optional(CURL libcurl "no cradle data get" src/data/fetch.c)

find_path(CRADLE_RANDOM123 Random123/philox.h)
mark_as_advanced(CRADLE_RANDOM123)
if(NOT CRADLE_RANDOM123)
    cradle_missing("Random123 (headers)" librandom123-dev Random123-devel "random123 (AUR)"
                   "none, see docs/install.md")
endif()

if(APPLE AND NOT OpenMP_ROOT)
    find_program(BREW brew)
    mark_as_advanced(BREW)
    if(BREW)
        execute_process(COMMAND "${BREW}" --prefix libomp OUTPUT_VARIABLE OpenMP_ROOT
                        OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    endif()
endif()
find_package(OpenMP COMPONENTS C)
if(NOT OpenMP_C_FOUND)
    if(CMAKE_C_COMPILER_ID MATCHES "Clang")
        cradle_missing("OpenMP for clang" libomp-dev libomp-devel openmp libomp)
    else()
        cradle_missing("OpenMP (libgomp)" gcc libgomp gcc libomp)
    endif()
endif()

if(CRADLE_TESTS)
    if(PKG_CONFIG_FOUND)
        pkg_search_module(CRADLE_CMOCKA QUIET IMPORTED_TARGET cmocka)
    endif()
    if(NOT CRADLE_CMOCKA_FOUND)
        cradle_missing("cmocka, for the tests (CRADLE_TESTS=OFF builds without)"
                       libcmocka-dev libcmocka-devel cmocka cmocka)
    endif()
endif()

if(missing)
    message(FATAL_ERROR "Missing, with the package that holds it:${missing}\n"
                        "`make setup` installs what is missing. If you installed something just now, run cmake again.")
endif()

list(APPEND CRADLE_LIBRARIES OpenMP::OpenMP_C Threads::Threads m)
add_library(cradle_dependencies INTERFACE)
target_link_libraries(cradle_dependencies INTERFACE ${CRADLE_LIBRARIES})
target_include_directories(cradle_dependencies SYSTEM INTERFACE "${CRADLE_RANDOM123}")
