// Which drover this is, and the two words every public header uses. Standard library only, C++17.
#pragma once

#define DROVER_VERSION_MAJOR 0
#define DROVER_VERSION_MINOR 2
#define DROVER_VERSION_PATCH 0
/// 200 is 0.2.0: MAJOR * 10000 + MINOR * 100 + PATCH, for #if.
#define DROVER_VERSION_NUMBER (DROVER_VERSION_MAJOR * 10000 + DROVER_VERSION_MINOR * 100 + DROVER_VERSION_PATCH)
#define DROVER_VERSION_TEXT "0.2.0"

/// What is visible outside the shared library; everything else in it is hidden.
#if defined(__GNUC__)
#define DROVER_API __attribute__((visibility("default")))
#define DROVER_HIDDEN __attribute__((visibility("hidden")))
#else
#define DROVER_API
#define DROVER_HIDDEN
#endif

// The namespace of this binary interface. Users write drover::Client; the linker sees drover::v0::Client, so that a
// program built against another interface does not link by accident. The library's own rooms have types of the same
// names in drover, so inside the library the namespace is not inline.
#ifdef DROVER_BUILDING_LIBRARY
#define DROVER_BEGIN \
  namespace drover { \
  namespace v0 {
#else
#define DROVER_BEGIN \
  namespace drover { \
  inline namespace v0 {
#endif
#define DROVER_END \
  }                \
  }

DROVER_BEGIN

/// The version of the library that is linked (the macros are the headers'): "0.2.0".
[[nodiscard]] DROVER_API const char* version() noexcept;

DROVER_END
