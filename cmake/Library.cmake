# The C++ library as it is installed: libdrover.so, which shows nothing but its interface, and libdrover.a, which is one
# object with the same property. So a program may use its own Asio, spdlog or yaml-cpp beside it, in other versions and
# with other settings. (The rooms themselves are never installed.)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(DROVER_LIBRARY_ROOMS client upstream telemetry net config directory money translate dialect http core base)
set(DROVER_VISIBLE "drover_*" "_ZN6drover2v0*" "_ZNK6drover2v0*" "_ZTIN6drover2v0*" "_ZTSN6drover2v0*" "_ZTVN6drover2v0*")
# What a program that links libdrover.a links too.
set(DROVER_STATIC_NEEDS ssl crypto z zstd cares simdjson boost_json yaml-cpp spdlog fmt date-tz pthread)

target_compile_options(drover_client PRIVATE -fvisibility=hidden -fvisibility-inlines-hidden)
target_precompile_headers(drover_client PRIVATE ${CMAKE_SOURCE_DIR}/cmake/std_pch.h ${CMAKE_SOURCE_DIR}/cmake/asio_pch.h)

set(DROVER_VISIBLE_LINES ${DROVER_VISIBLE})
list(JOIN DROVER_VISIBLE_LINES "; " DROVER_VISIBLE_LINES)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/library/drover.map CONTENT "{ global: ${DROVER_VISIBLE_LINES}; local: *; };\n")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/library/shared.cc CONTENT "// Everything is in the rooms.\n")

add_library(drover_shared SHARED EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/library/shared.cc)
target_link_libraries(drover_shared PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,drover_client>")
target_link_options(drover_shared PRIVATE -Wl,--version-script=${CMAKE_BINARY_DIR}/library/drover.map -Wl,-z,defs -Wl,--as-needed)
set_target_properties(drover_shared PROPERTIES
  OUTPUT_NAME drover VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/library LINK_DEPENDS ${CMAKE_BINARY_DIR}/library/drover.map)

# One object out of the rooms' archives; then every symbol but the interface becomes local to it. Without its groups
# (COMDAT) it cannot lose a function to one of the same name in the program.
set(archives "")
set(room_targets "")
foreach(room ${DROVER_LIBRARY_ROOMS})
  list(APPEND room_targets drover_${room})
  if(NOT room STREQUAL client)
    list(APPEND archives $<TARGET_FILE:drover_${room}>)
  endif()
endforeach()
set(keep "")
foreach(pattern ${DROVER_VISIBLE})
  list(APPEND keep "--keep-global-symbol=${pattern}")
endforeach()
set(static_library ${CMAKE_BINARY_DIR}/library/libdrover.a)
add_custom_command(OUTPUT ${static_library}
  COMMAND ${CMAKE_LINKER} -r --force-group-allocation -o drover.o
          --whole-archive $<TARGET_FILE:drover_client> --no-whole-archive --start-group ${archives} --end-group
  # objcopy leaves GNU's "unique" symbols alone; once weak it takes them. (Not what is undefined: that must be found.)
  COMMAND sh -c "${CMAKE_NM} drover.o | sed -n 's/^[0-9a-f]* u //p' > unique.txt"
  COMMAND ${CMAKE_OBJCOPY} --weaken-symbols=unique.txt drover.o
  COMMAND ${CMAKE_OBJCOPY} --wildcard --localize-hidden ${keep} drover.o
  COMMAND ${CMAKE_COMMAND} -E rm -f ${static_library}
  COMMAND ${CMAKE_AR} rcs ${static_library} drover.o
  COMMAND ${CMAKE_COMMAND} -E rm -f drover.o unique.txt
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/library DEPENDS ${room_targets} ${archives} VERBATIM)
add_custom_target(drover_static DEPENDS ${static_library})
add_custom_target(package_files DEPENDS drover drover_shared drover_static)

# Where things go, and how others find them.
set(DROVER_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/drover)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/drover-config.cmake.in ${CMAKE_BINARY_DIR}/library/drover-config.cmake
  INSTALL_DESTINATION ${DROVER_CMAKE_DIR} PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/library/drover-config-version.cmake COMPATIBILITY SameMinorVersion)
list(TRANSFORM DROVER_STATIC_NEEDS PREPEND "-l" OUTPUT_VARIABLE DROVER_PRIVATE_LIBS)
list(JOIN DROVER_PRIVATE_LIBS " " DROVER_PRIVATE_LIBS)
# Relative, so that what `make install DESTDIR=` laid out can be moved.
file(RELATIVE_PATH DROVER_INCLUDE_FROM_LIB ${CMAKE_INSTALL_FULL_LIBDIR} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(${CMAKE_SOURCE_DIR}/cmake/drover.pc.in ${CMAKE_BINARY_DIR}/library/drover.pc @ONLY)

install(TARGETS drover COMPONENT package OPTIONAL)
install(DIRECTORY include/drover DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT package FILES_MATCHING PATTERN "*.h")
install(DIRECTORY ${CMAKE_BINARY_DIR}/library/ DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT package
  FILES_MATCHING PATTERN "libdrover.so*" PATTERN "libdrover.a")
install(FILES ${CMAKE_BINARY_DIR}/library/drover-config.cmake ${CMAKE_BINARY_DIR}/library/drover-config-version.cmake
  DESTINATION ${DROVER_CMAKE_DIR} COMPONENT package)
install(FILES ${CMAKE_BINARY_DIR}/library/drover.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT package)
