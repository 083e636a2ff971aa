# Language, warnings, sanitizers, ccache.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Code that may become part of a shared library is compiled as if each function could be replaced by another program's,
  # and so is not inlined. Ours cannot: the library shows nothing but its interface. clang takes that for granted.
  add_compile_options(-fno-semantic-interposition)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # With the base folder and without the build folder in the hash, a second clone finds what the first compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

add_library(drover_warnings INTERFACE)
add_library(drover::warnings ALIAS drover_warnings)
target_compile_options(drover_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
# g++ 12 warns of std::string's own memcpy where it inlines it (its bug 105651), and of more of them in a precompiled header.
target_compile_options(drover_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-restrict>)

option(DROVER_JOINED "Compile ten files of a room at once: quicker from nothing, slower after a change of one" OFF)
if(DROVER_JOINED)
  # A type of an unnamed namespace in a file that joins others is not one of a header; and g++ 12 takes the operators of
  # Asio's coroutine frames for a mismatch once it sees both ends of them.
  target_compile_options(drover_warnings INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage;-Wno-mismatched-new-delete>)
endif()

set(DROVER_SANITIZE "" CACHE STRING "address,undefined | thread | empty")
if(DROVER_SANITIZE)
  # The vptr check opens a pipe to look at memory: in the tests that run out of descriptors it accuses sound objects.
  add_compile_options(-fsanitize=${DROVER_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DROVER_SANITIZE})
endif()
# Profile-guided optimisation, in two passes over one folder (make pgo): the first counts what the bench's load makes run,
# the second lays the code out for it. What never ran is compiled as always.
set(DROVER_PGO "" CACHE STRING "train | use | empty")
if(DROVER_PGO STREQUAL train)
  add_compile_options(-fprofile-generate=${CMAKE_BINARY_DIR}/profile -fprofile-update=atomic)
  add_link_options(-fprofile-generate)
elseif(DROVER_PGO STREQUAL use)
  add_compile_options(-fprofile-use=${CMAKE_BINARY_DIR}/profile -fprofile-partial-training -Wno-missing-profile)
endif()
if(DROVER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
