// The steps of schema.h in SQLite's words.
#pragma once

#include <span>
#include <string_view>

namespace drover::store {

[[nodiscard]] std::span<const std::string_view> sqlite_migrations();

}  // namespace drover::store
