// Strong identifiers: a TargetId cannot be passed as a KeyId.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace drover {

/// An index into one table, typed by what the table holds.
template <class Tag>
struct Id {
  std::uint32_t value = 0;

  [[nodiscard]] constexpr std::size_t index() const { return value; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

}  // namespace drover

template <class Tag>
struct std::hash<drover::Id<Tag>> {
  std::size_t operator()(drover::Id<Tag> id) const noexcept { return std::hash<std::uint32_t>{}(id.value); }
};
