// What the admin API needs of the store: reads of single records and pages, and one way to change something. Called on
// the thread that owns the store; every call is bounded in time by the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "directory/records.h"

namespace drover::gateway::admin {

/// Which keys a list shows.
struct KeyFilter {
  std::string under{};  ///< a principal, and all below it; empty: all
  std::string name{};   ///< exactly; empty: all
  std::string owner{};
  std::string tag{};
  enum class State : std::uint8_t { NotArchived, Active, Blocked, Expired, Archived, All };
  State state = State::NotArchived;
  WallTime now{};  ///< what is expired then
};

/// Whether the filter takes the key. The store may find candidates in its own way.
[[nodiscard]] bool takes(const KeyFilter& filter, const directory::Key& key);

/// One change, as the audit log keeps it. `before` and `after` are what the API shows: no secret and no digest.
struct AuditEntry {
  WallTime at{};
  std::string who;       ///< the name of the admin token
  std::string what;      ///< "key.create"
  std::string object;    ///< the key's id, or the principal's path
  std::string before{};  ///< JSON; empty: it was not there
  std::string after{};
};

/// An answer that is given again for the same idempotency key. It holds no secret.
struct Remembered {
  std::string key;          ///< 64 hex digits of the token's name and the idempotency key
  std::string fingerprint;  ///< of the call: the same key for another call is a fault
  int status = 200;
  std::string body;
};

/// What is changed together, or not at all.
struct Change {
  std::optional<directory::Key> key{};
  std::optional<directory::Principal> principal{};
  std::uint64_t expected = 0;  ///< the version that the record has now; 0: there is none
  AuditEntry audit;
  std::optional<Remembered> remembered{};
};

/// Some records of a list. A page may be short, or even empty, and still have a next one.
template <class Record>
struct RecordPage {
  std::vector<Record> records{};
  std::string next{};  ///< where the next page begins; empty: this was the last
};
using KeyPage = RecordPage<directory::Key>;
using PrincipalPage = RecordPage<directory::Principal>;

struct Audited {
  std::uint64_t number = 0;
  AuditEntry entry;
};
struct AuditPage {
  std::vector<Audited> entries{};
  std::uint64_t next = 0;  ///< 0: this was the last
};

class Records {
 public:
  virtual ~Records() = default;

  /// By id; archived ones too. Nothing: there is none. Errors: the store's own.
  [[nodiscard]] virtual Result<std::optional<directory::Key>> key(std::string_view id) = 0;
  /// The one that is not archived and has this name.
  [[nodiscard]] virtual Result<std::optional<directory::Key>> key_named(std::string_view name) = 0;
  /// The one with this secret, or that had it before its last rotation; archived ones too.
  [[nodiscard]] virtual Result<std::optional<directory::Key>> key_with(const directory::Digest& digest) = 0;
  /// In the order of their ids, behind `after`, at most `most`. The store looks at a bounded number of keys in one
  /// call.
  [[nodiscard]] virtual Result<KeyPage> keys(const KeyFilter& filter, std::string_view after, std::size_t most) = 0;
  [[nodiscard]] virtual Result<std::optional<directory::Principal>> principal(std::string_view path) = 0;
  /// In the order of their paths; not archived. `under` empty: all.
  [[nodiscard]] virtual Result<PrincipalPage> principals(std::string_view under, std::string_view after,
                                                         std::size_t most) = 0;
  /// Newest first, from before the entry of the number `before`; 0: from the newest. `object` empty: all. The store
  /// looks at a bounded number of entries in one call.
  [[nodiscard]] virtual Result<AuditPage> audit(std::string_view object, std::uint64_t before, std::size_t most) = 0;
  [[nodiscard]] virtual Result<std::optional<Remembered>> remembered(std::string_view key) = 0;

  /// Errors: version_conflict, name_taken, key_exists, idempotency_key_used; the store's own.
  [[nodiscard]] virtual Result<void> commit(const Change& change) = 0;
};

}  // namespace drover::gateway::admin
