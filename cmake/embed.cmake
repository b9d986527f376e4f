# Files that the library carries inside: each becomes a C array that the linker places with the code.
#
#   cradle_embed(VARIABLE FILE...)     sets VARIABLE to the generated sources
#
# src/data/digits.csv becomes `const unsigned char cr_embedded_digits_csv[]` and `const size_t
# cr_embedded_digits_csv_size`. One byte 0 stands behind the end and is not counted. A file that is not there is left out.
#
# Run as a script (cmake -DINPUT=... -DOUTPUT=... -DNAME=... -P embed.cmake) this same file writes one of the sources.
if(CMAKE_SCRIPT_MODE_FILE)
    file(READ "${INPUT}" bytes HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    file(WRITE "${OUTPUT}.part"
"#include <stddef.h>
extern const unsigned char ${NAME}[];
extern const size_t ${NAME}_size;
const unsigned char ${NAME}[] = {
${bytes}0};
const size_t ${NAME}_size = sizeof ${NAME} - 1;
")
    file(RENAME "${OUTPUT}.part" "${OUTPUT}")
    return()
endif()

set(CRADLE_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(cradle_embed variable)
    set(sources "")
    foreach(file IN LISTS ARGN)
        # A glob, so that a file that appears later is noticed.
        file(GLOB input CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${file}")
        if(NOT input)
            continue()
        endif()
        get_filename_component(name "${file}" NAME)
        string(MAKE_C_IDENTIFIER "${name}" name)
        set(output "${PROJECT_BINARY_DIR}/generated/${name}.c")
        add_custom_command(OUTPUT "${output}"
            COMMAND "${CMAKE_COMMAND}" "-DINPUT=${input}" "-DOUTPUT=${output}" "-DNAME=cr_embedded_${name}"
                    -P "${CRADLE_EMBED_SCRIPT}"
            DEPENDS "${input}" "${CRADLE_EMBED_SCRIPT}"
            COMMENT "Embedding ${file}"
            VERBATIM)
        list(APPEND sources "${output}")
    endforeach()
    set(${variable} "${sources}" PARENT_SCOPE)
endfunction()
