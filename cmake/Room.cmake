# A room is one library made of src/<room>/**/*.cc. It can include only the rooms it names: each room's headers are
# reached through a folder of its own that holds nothing but a link to that room.
#
#   drover_room(core ROOMS base LIBRARIES Some::target)
#
# x_test.cc joins the room's test program, x_bench.cc its benchmark, each x_fuzz.cc becomes a fuzz target of its own.
# The sanitizer trees compile several files as one (CMake's unity build), which halves their time. These stay apart: names
# that they keep to themselves are used by their neighbours too.
set_source_files_properties(
  src/demo/traffic_test.cc
  src/dialect/json_reader.cc
  src/dialect/multipart_scan_test.cc
  src/dialect/timestamp_test.cc
  src/http/head_syntax.cc
  src/mock/script_test.cc
  src/net/ticker_test.cc
  PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)

function(drover_room room)
  cmake_parse_arguments(ARG "" "" "ROOMS;LIBRARIES" ${ARGN})
  set(source_dir ${CMAKE_SOURCE_DIR}/src/${room})
  set(view ${CMAKE_BINARY_DIR}/rooms/${room})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${source_dir} ${view}/${room} SYMBOLIC)

  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${source_dir}/*.cc)
  set(sources ${all})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cc$")
  set(tests ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(benches ${all})
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  set(fuzzers ${all})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")

  set(target drover_${room})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(reach PUBLIC)
    target_link_libraries(${target} PRIVATE drover::warnings)
  else()
    add_library(${target} INTERFACE)
    set(reach INTERFACE)
  endif()
  add_library(drover::${room} ALIAS ${target})
  target_include_directories(${target} ${reach} ${view})
  foreach(used ${ARG_ROOMS})
    target_link_libraries(${target} ${reach} drover_${used})
  endforeach()
  target_link_libraries(${target} ${reach} ${ARG_LIBRARIES})
  if(sources AND "drover::asio" IN_LIST ARG_LIBRARIES OR room MATCHES "^(upstream|gateway|client|mock|demo)$")
    if(sources)
      target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/asio_pch.h)
    endif()
  endif()

  if(DROVER_TESTS AND tests)
    add_executable(${room}_test ${tests})
    target_link_libraries(${room}_test PRIVATE ${target} drover::warnings GTest::gmock GTest::gtest_main)
    add_test(NAME ${room} COMMAND ${room}_test --gtest_brief=1 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${room} PROPERTIES TIMEOUT 600 LABELS unit)
  endif()
  if(DROVER_BENCH AND benches)
    add_executable(${room}_bench ${benches})
    target_link_libraries(${room}_bench PRIVATE ${target} drover::warnings benchmark::benchmark_main)
  endif()
  foreach(fuzzer ${fuzzers})
    get_filename_component(name ${fuzzer} NAME_WE)
    drover_fuzz_target(${name} ${fuzzer} ${target})
  endforeach()
endfunction()

# With DROVER_FUZZ a libFuzzer program; in every test build a program that replays fuzz/corpus/<name>/ through it.
function(drover_fuzz_target name source library)
  if(DROVER_FUZZ)
    add_executable(${name} ${source})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(${name} PRIVATE ${library} drover::warnings)
  elseif(DROVER_TESTS)
    add_executable(${name}_replay ${source} ${CMAKE_SOURCE_DIR}/fuzz/replay_main.cc)
    target_link_libraries(${name}_replay PRIVATE ${library} drover::warnings)
    add_test(NAME ${name}_replay COMMAND ${name}_replay ${CMAKE_SOURCE_DIR}/fuzz/corpus/${name})
    set_tests_properties(${name}_replay PROPERTIES TIMEOUT 300 LABELS fuzz)
  endif()
endfunction()
