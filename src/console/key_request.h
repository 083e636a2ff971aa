// What `drover keys` asks of the admin API, as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace drover::console {

/// A key to make; what is empty is left out. The API checks the values.
struct NewKey {
  std::string name{};
  std::string principal{};
  std::string owner{};
  std::string budget{};                     ///< dollars
  std::string window{};                     ///< of the budget
  std::optional<std::uint64_t> requests{};  ///< a minute
  std::vector<std::string> models{};
  std::string expires_in{};
};

[[nodiscard]] std::string new_key_json(const NewKey& key);
/// The body of a rotation; empty: the API's own grace.
[[nodiscard]] std::string rotation_json(const std::string& grace);

}  // namespace drover::console
