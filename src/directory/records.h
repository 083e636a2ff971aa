// Who may ask, as the store and the configuration keep it: plain values, without secrets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/wall_time.h"
#include "money/nano_usd.h"
#include "money/window_spec.h"

namespace drover::directory {

using Digest = std::array<std::uint8_t, 32>;  ///< SHA-256 of a key's text

enum class Unit : std::uint8_t { Requests, TokensIn, TokensOut, Tokens, Usd, Concurrent };

/// What one limit does when it is reached.
enum class Action : std::uint8_t {
  Refuse,  ///< hard: no further request; a stream ends with budget_exhausted
  Tell,    ///< soft: it goes on, and is told by log, metric and status
};

struct Limit {
  Unit unit = Unit::Requests;
  std::int64_t amount = 0;     ///< nano-USD for Usd, else a count; from 0 on
  money::WindowSpec window{};  ///< not looked at for Concurrent
  Action action = Action::Refuse;
  std::vector<std::string> models{};  ///< names and globs (base/glob.h) that it counts; empty: all

  friend bool operator==(const Limit&, const Limit&) = default;
};

/// A node of the tree of principals, "acme/search/prod": an organisation, a team, a project. A path without a record of
/// its own has no limits.
struct Principal {
  std::string
      path;  ///< segments of letters, digits, '.', '_', '-', '@', joined by '/'; at most 8 of them, 200 bytes in all
  std::vector<Limit> limits{};
  bool blocked = false;
  bool archived = false;  ///< deleted: has no limits any more
  std::string metadata = "{}";  ///< a JSON object, as it was given
  WallTime created{};
  WallTime changed{};
  std::uint64_t version = 1;  ///< grows with each change; the ETag
};

/// More money for a while, on top of each Usd limit of the key.
struct Increase {
  money::NanoUsd amount{};
  WallTime until{};

  friend bool operator==(const Increase&, const Increase&) = default;
};

/// One client key. Its own place in the tree is `principal` + "/" + `id`: its limits are one more node.
struct Key {
  std::string id;         ///< "key_" and 16 base62 characters; names the key everywhere, and is no secret
  std::string name;       ///< what people call it; one key that is not archived has it
  std::string principal;  ///< a Principal::path; empty: the root
  Digest digest{};        ///< of the secret
  std::string shown;      ///< "dk_aB3x…9Zq1": enough to tell keys apart
  /// The secret from before a rotation, which still works until then.
  struct Former {
    Digest digest{};
    std::string shown;
    WallTime until{};
  };
  std::optional<Former> former{};
  std::vector<Limit> limits{};
  std::optional<Increase> increase{};
  std::vector<std::string> models{};     ///< names and globs it may use; empty: all
  std::vector<std::string> apis{};       ///< names of dialect::Api; empty: all
  std::vector<std::string> providers{};  ///< names of the configuration; empty: all
  std::vector<std::string> networks{};   ///< CIDR blocks a request may come from; empty: all
  std::vector<std::string> tags{};       ///< of each of its requests in the ledger
  std::string owner{};                   ///< a person or a mail address; free text
  std::string metadata = "{}";           ///< a JSON object, as it was given
  bool blocked = false;
  WallTime expires = kNeverExpires;
  bool archived = false;  ///< deleted: never works again, kept for the ledger's names
  WallTime created{};
  WallTime changed{};
  std::uint64_t version = 1;  ///< grows with each change; the ETag
};

}  // namespace drover::directory
