# What `cmake --install` lays down: headers, both libraries, the program, and what lets other builds find them by
# pkg-config and find_package. Nothing holds the prefix, so that the tree may be moved or packed.
include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/cradle")
set(generated "${PROJECT_BINARY_DIR}/generated")

install(DIRECTORY include/cradle DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
file(GLOB documents CONFIGURE_DEPENDS README.md CHANGELOG.md LICENSE NOTICE)
install(FILES ${documents} DESTINATION "${CMAKE_INSTALL_DOCDIR}")
if(TARGET cradle)
    install(TARGETS cradle)
endif()
if(CRADLE_COMPLETION)
    install(FILES "${CRADLE_COMPLETION}" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME cradle)
endif()

# Two sets: only programs that link the static library need the libraries behind it.
install(TARGETS cradle_shared EXPORT cradleShared)
install(TARGETS cradle_static EXPORT cradleStatic)
foreach(set Shared Static)
    install(EXPORT cradle${set} NAMESPACE cradle:: DESTINATION "${package_folder}")
endforeach()
set(config_optional "")
set(config_optional_modules "")
foreach(library IN LISTS CRADLE_OPTIONAL)
    string(APPEND config_optional " ${library}")
    string(APPEND config_optional_modules
        "\n    pkg_check_modules(CRADLE_${library} QUIET IMPORTED_TARGET ${CRADLE_${library}_MODULE_NAME})")
endforeach()
configure_file(cmake/cradleConfig.cmake.in "${generated}/cradleConfig.cmake" @ONLY)
# Before 1.0 a minor version may change what programs see.
write_basic_package_version_file("${generated}/cradleConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${generated}/cradleConfig.cmake" "${generated}/cradleConfigVersion.cmake" DESTINATION "${package_folder}")

# pkg-config: paths from the file's own place.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
    set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
    set(pc_libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
    set(pc_includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
    file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" up "${up}")
    set(pc_prefix "\${pcfiledir}/${up}")
    set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
    set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
set(pc_requires "")
foreach(library YAML CJSON ZLIB JPEG SPNG SQLITE)
    list(APPEND pc_requires "${CRADLE_${library}_MODULE_NAME}")
endforeach()
list(JOIN pc_requires ", " pc_requires)
set(pc_libs "${OpenMP_C_FLAGS} ${CMAKE_THREAD_LIBS_INIT} -lm")
# The optional ones by themselves: what stands behind them (curl has a dozen) comes with their shared libraries, and its
# files for the linker are on few machines.
foreach(library IN LISTS CRADLE_OPTIONAL)
    string(APPEND pc_libs " -l${CRADLE_${library}_LIBRARIES}")
endforeach()
configure_file(cmake/cradle.pc.in "${generated}/cradle.pc" @ONLY)
install(FILES "${generated}/cradle.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
