// What a translation could not carry, as data: for the answer's head field, for a counter, and for the strict routes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace drover::translate {

/// How a route treats what cannot be carried.
enum class Policy : std::uint8_t {
  Lenient,  ///< drops hints and tells; refuses what would change the meaning or the bill
  Strict,   ///< refuses whatever is dropped
  Off,      ///< translates nothing
};

/// What losing something does.
enum class Severity : std::uint8_t {
  Adapted,  ///< said in another way or in another place; told, never refused
  Dropped,  ///< a hint is lost; told, refused by Strict
  Refused,  ///< the meaning or the bill would change; never done
};

struct Loss {
  std::string_view field = {};  ///< one of our own words, never the client's text: "seed", "cache_control.ttl"
  Severity severity = Severity::Dropped;
  friend bool operator==(const Loss&, const Loss&) = default;
};

class Losses {
 public:
  /// Most losses that are told of one request; there are fewer kinds.
  static constexpr std::size_t kMax = 64;

  Losses(Policy policy = Policy::Lenient) : policy_(policy) {}

  /// `field` must live for ever. The same loss is told once.
  void add(std::string_view field, Severity severity);
  void dropped(std::string_view field) { add(field, Severity::Dropped); }
  void adapted(std::string_view field) { add(field, Severity::Adapted); }
  void refused(std::string_view field) { add(field, Severity::Refused); }

  [[nodiscard]] const std::vector<Loss>& all() const { return all_; }
  [[nodiscard]] bool empty() const { return all_.empty(); }
  /// The refusal that the policy demands: status 400, code unsupported_by_target, the field in the message.
  [[nodiscard]] std::optional<Error> refusal() const;
  /// "seed, logit_bias": the value of x-drover-dropped.
  [[nodiscard]] std::string head_value() const;

 private:
  Policy policy_;
  std::vector<Loss> all_ = {};
};

/// The refusal of something that the target cannot do.
[[nodiscard]] Error unsupported(std::string_view field);
/// The refusal of a request that is wrong in itself. `code` and `message` are ours.
[[nodiscard]] Error invalid(std::string_view code, std::string_view message);

}  // namespace drover::translate
