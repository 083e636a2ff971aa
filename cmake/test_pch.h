// Precompiled once per test program: GoogleTest is most of a small test's compile time.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
