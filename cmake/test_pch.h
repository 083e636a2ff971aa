// For test programs.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
