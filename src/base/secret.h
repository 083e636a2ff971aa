// A credential that cannot be printed by accident.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace drover {

/// Holds a key's value. It has no stream operator, no formatter and no implicit conversion. reveal() is the only way to
/// the text, and is called on the line that writes the credential to its own provider. The memory is wiped on
/// destruction, on a move and on an assignment.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  Secret(const Secret&) = default;
  Secret(Secret&& from) noexcept;
  Secret& operator=(Secret from) noexcept;
  ~Secret();

  [[nodiscard]] std::string_view reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

}  // namespace drover
