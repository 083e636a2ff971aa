# Precompiled headers, each compiled once a tree and used by all targets of its kind, because headers are more than half
# of our compile time.
#
#   drover_precompiled(drover_core)            a room, or a part of one: the standard library
#   drover_precompiled(drover_net ASIO)        with Asio
#   drover_test_program(core_test)             with GoogleTest
#   drover_test_program(net_test ASIO)         with both
set(headers ${CMAKE_SOURCE_DIR}/cmake)
file(WRITE ${CMAKE_BINARY_DIR}/precompiled/empty.cc.new "int main() {}\n")
file(COPY_FILE ${CMAKE_BINARY_DIR}/precompiled/empty.cc.new ${CMAKE_BINARY_DIR}/precompiled/empty.cc ONLY_IF_DIFFERENT)

add_library(drover_headers OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/precompiled/empty.cc)
target_link_libraries(drover_headers PRIVATE drover::warnings)
target_precompile_headers(drover_headers PRIVATE ${headers}/std_pch.h)

add_library(drover_asio_headers OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/precompiled/empty.cc)
target_link_libraries(drover_asio_headers PRIVATE drover::asio drover::warnings)
target_precompile_headers(drover_asio_headers PRIVATE ${headers}/std_pch.h ${headers}/asio_pch.h)

function(drover_precompiled target)
  if(ASIO IN_LIST ARGN)
    target_precompile_headers(${target} REUSE_FROM drover_asio_headers)
  else()
    target_precompile_headers(${target} REUSE_FROM drover_headers)
  endif()
endfunction()

# What only tests is not optimised: it takes two thirds of the time to compile, half of it with clang's sanitizers. What
# is tested is compiled as the tree says.
set(DROVER_UNOPTIMISED -O0)
if(DROVER_TESTS)
  # Programs, not libraries: a header must be compiled with the flags (PIE) of those that use it.
  add_executable(drover_test_headers EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/precompiled/empty.cc)
  target_link_libraries(drover_test_headers PRIVATE drover::warnings GTest::gmock)
  target_compile_options(drover_test_headers PRIVATE ${DROVER_UNOPTIMISED})
  target_precompile_headers(drover_test_headers PRIVATE ${headers}/std_pch.h ${headers}/test_pch.h)

  add_executable(drover_asio_test_headers EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/precompiled/empty.cc)
  target_link_libraries(drover_asio_test_headers PRIVATE drover::asio drover::warnings GTest::gmock)
  target_compile_options(drover_asio_test_headers PRIVATE ${DROVER_UNOPTIMISED})
  target_precompile_headers(drover_asio_test_headers PRIVATE ${headers}/std_pch.h ${headers}/asio_pch.h ${headers}/test_pch.h)
endif()

function(drover_test_program program)
  target_compile_options(${program} PRIVATE ${DROVER_UNOPTIMISED})
  if(ASIO IN_LIST ARGN)
    target_precompile_headers(${program} REUSE_FROM drover_asio_test_headers)
  else()
    target_precompile_headers(${program} REUSE_FROM drover_test_headers)
  endif()
endfunction()
