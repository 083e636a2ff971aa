// One call of the admin API: what it asks, who asks it, and what an operation may use to answer it.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "gateway/admin/api/fault.h"
#include "gateway/admin/api/records.h"

namespace drover::gateway::admin {

using Role = config::AdminRole;

[[nodiscard]] std::string_view to_string(Role role);

/// A new key's secret, its digest and the ends of it. `text` is told once.
struct NewSecret {
  std::string text;
  directory::Digest digest{};
  std::string shown;
};

/// What chance makes, as an argument.
struct Makers {
  std::function<NewSecret()> secret;
  std::function<std::string()> key_id;
};

/// The call, whole, with its escapes undone.
struct Call {
  std::string method;
  std::vector<std::string> path{};  ///< what the pattern's braces stand for, in order
  std::map<std::string, std::string, std::less<>> query{};
  boost::json::object body{};
  std::string if_match{};
  std::string if_none_match{};
  std::string who{};  ///< the name of the admin token
  WallTime now{};
  /// Set where the client gave an Idempotency-Key: what a change remembers beside its answer.
  std::optional<Remembered> idempotency{};
};

/// What an operation works with.
struct Desk {
  Records& records;
  const Makers& makers;
  const Call& call;
};

/// A key that was made or changed.
struct KeyDone {
  directory::Key key;
  std::string secret{};  ///< empty: nothing new
};

}  // namespace drover::gateway::admin
