// For the program's own files, which all read a command line.
#pragma once

#include <CLI/CLI.hpp>
