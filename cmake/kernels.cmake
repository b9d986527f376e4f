# Kernels are compiled more than once from the same source:
#
#   src/kernels/ref/*.c    for float (CR_REAL=float, CR_SUFFIX=f32) and double (CR_REAL=double, CR_SUFFIX=f64), and for
#                          float once more with the flags of each instruction set (CR_SUFFIX=avx2 and so on)
#   src/kernels/simd/*.c   for each instruction set: CR_ISA=baseline, and avx2 and avx512 on x86-64; on 64-bit ARM, where
#                          every processor has it, CR_ISA=neon alone; CR_ISA_avx2 and so on are defined too, for the
#                          preprocessor
#
# Sets CRADLE_KERNEL_OBJECTS and CRADLE_KERNEL_DEFINITIONS (CR_HAVE_AVX2, CR_HAVE_AVX512, CR_HAVE_NEON) for the library.
include(CheckCCompilerFlag)

set(CRADLE_KERNEL_OBJECTS "")
set(CRADLE_KERNEL_DEFINITIONS "")
file(GLOB ref_sources CONFIGURE_DEPENDS src/kernels/ref/*.c)
file(GLOB simd_sources CONFIGURE_DEPENDS src/kernels/simd/*.c)

# cradle_kernel(NAME SOURCES DEFINITIONS FLAGS)
macro(cradle_kernel name sources definitions flags)
    if(${sources})
        add_library(kernels_${name} OBJECT ${${sources}})
        target_link_libraries(kernels_${name} PRIVATE cradle_flags cradle_dependencies)
        target_include_directories(kernels_${name} PRIVATE include src)
        target_compile_definitions(kernels_${name} PRIVATE ${definitions})
        # `omp simd` allows vectors; a loop in double with a function of the C library stays without, and that is no mistake.
        target_compile_options(kernels_${name} PRIVATE ${flags}
            $<$<C_COMPILER_ID:Clang,AppleClang>:-Wno-pass-failed>)
        list(APPEND CRADLE_KERNEL_OBJECTS $<TARGET_OBJECTS:kernels_${name}>)
    endif()
endmacro()

cradle_kernel(ref_f32 ref_sources "CR_REAL=float;CR_SUFFIX=f32" "")
cradle_kernel(ref_f64 ref_sources "CR_REAL=double;CR_SUFFIX=f64" "")

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    cradle_kernel(ref_neon ref_sources "CR_REAL=float;CR_SUFFIX=neon" "")
    cradle_kernel(neon simd_sources "CR_ISA=neon;CR_ISA_neon=1" "")
    list(APPEND CRADLE_KERNEL_DEFINITIONS CR_HAVE_NEON=1)
else()
    cradle_kernel(ref_baseline ref_sources "CR_REAL=float;CR_SUFFIX=baseline" "")
    cradle_kernel(baseline simd_sources "CR_ISA=baseline;CR_ISA_baseline=1" "")
endif()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    set(avx2_flags -mavx2 -mfma)
    set(avx512_flags -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mprefer-vector-width=512)
    check_c_compiler_flag(-mtune=znver4 CRADLE_HAS_TUNE_ZNVER4)
    if(CRADLE_HAS_TUNE_ZNVER4)
        list(APPEND avx512_flags -mtune=znver4)
    endif()
    foreach(isa avx2 avx512)
        string(TOUPPER ${isa} ISA)
        list(JOIN ${isa}_flags " " flags)
        check_c_compiler_flag("${flags}" CRADLE_HAS_${ISA})
        if(CRADLE_HAS_${ISA})
            cradle_kernel(ref_${isa} ref_sources "CR_REAL=float;CR_SUFFIX=${isa}" "${${isa}_flags}")
            cradle_kernel(${isa} simd_sources "CR_ISA=${isa};CR_ISA_${isa}=1" "${${isa}_flags}")
            list(APPEND CRADLE_KERNEL_DEFINITIONS CR_HAVE_${ISA}=1)
        endif()
    endforeach()
endif()
