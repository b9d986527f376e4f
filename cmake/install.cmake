# What `cmake --install` lays down: headers, both libraries and the program.
install(DIRECTORY include/cradle DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(TARGETS cradle_static cradle_shared)
if(TARGET cradle)
    install(TARGETS cradle)
endif()
