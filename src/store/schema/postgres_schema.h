// The steps of schema.h in PostgreSQL's words.
#pragma once

#include <span>
#include <string_view>

namespace drover::store {

[[nodiscard]] std::span<const std::string_view> postgres_migrations();

}  // namespace drover::store
