# Language, warnings and hardening, the same for every target of the project.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
include(CheckPIESupported)
check_pie_supported()

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

# Some hundred and thirty programs are linked to be tested: gold takes a quarter of
# the time that the default linker does. What ships is linked by the default one.
find_program(MODLOG_GOLD ld.gold)
if(MODLOG_GOLD AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_link_options($<$<CONFIG:Debug>:-fuse-ld=gold>)
endif()

add_library(modlog_flags INTERFACE)
target_include_directories(modlog_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(modlog_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wold-style-cast -Wcast-qual -Wnon-virtual-dtor -Woverloaded-virtual
  -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough
  $<$<CXX_COMPILER_ID:GNU>:-Wmissing-declarations>
  $<$<CXX_COMPILER_ID:Clang>:-Wmissing-prototypes -Wthread-safety>
  -fstack-protector-strong)
target_compile_definitions(modlog_flags INTERFACE _GLIBCXX_ASSERTIONS
  $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>
  MODLOG_VERSION="${PROJECT_VERSION}")
target_link_options(modlog_flags INTERFACE -Wl,-z,relro,-z,now)
