// All client keys by digest, in memory: who a request's key belongs to, without asking a database. What the owners of
// keys have used is in asker_book.h.
//
// The table is cut into 4096 shards by the digest, each behind a lock of its own. A lookup holds it while it finds and
// copies one entry; a change builds the shard (about 250 keys for a million) beside the old one and holds the lock only
// to exchange the two. So no lookup waits while something is built, and what put() and remove() did holds for every
// lookup on every thread that begins after they return.
//
// Timing tells nothing: what is compared is the SHA-256 of what the client sent. Whoever learns how many bytes of a
// digest agreed still cannot make a text whose digest agrees in more of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/fixed_text.h"
#include "base/result.h"
#include "base/wall_time.h"
#include "directory/key_index.h"
#include "directory/records.h"

namespace drover::directory {

/// Key::id has 20 characters.
using KeyId = FixedText<20>;

/// What a key may do and what is counted for it. Keys with equal terms share them.
struct KeyTerms {
  std::vector<Limit> limits{};
  std::optional<Increase> increase{};
  std::vector<std::string> models{};
  std::vector<std::string> apis{};
  std::vector<std::string> providers{};
  std::vector<std::string> networks{};
  std::vector<std::string> tags{};

  friend bool operator==(const KeyTerms&, const KeyTerms&) = default;
};

enum class KeyVerdict : std::uint8_t {
  Known,
  Unknown,  ///< also an archived key, and a former secret whose time is over
  Expired,
  Blocked,
  PrincipalBlocked,  ///< a node of its path is
};

struct FoundKey {
  KeyVerdict verdict = KeyVerdict::Unknown;
  KeyId id{};                                      ///< empty: Unknown
  bool former = false;                             ///< by the secret from before a rotation
  std::shared_ptr<const std::string> principal{};  ///< Key::principal; null: Unknown
  std::shared_ptr<const KeyTerms> terms{};         ///< null: Unknown
};

class KeyBook {
 public:
  KeyBook();
  ~KeyBook();
  KeyBook(const KeyBook&) = delete;
  KeyBook& operator=(const KeyBook&) = delete;

  /// Any thread, at any time. Expiry is judged by `now`.
  [[nodiscard]] FoundKey find(const Digest& digest, WallTime now) const;

  /// Adds keys, or replaces those with the same id. An archived key is removed. Many at once are cheaper, because each
  /// shard is built once: fill a large book by 50,000. A rotated key works with both of its secrets all the time.
  /// Errors: key_id (not as make_key_id() makes them) and key_principal (longer than 200 bytes), before anything has
  /// changed. Of two keys with one digest the later holds.
  [[nodiscard]] Result<void> put(std::span<const Key> keys);
  /// False: there was no such key.
  bool remove(std::string_view id);
  /// Makes these keys all there are, while lookups go on: each finds its key as it was or as it is.
  [[nodiscard]] Result<void> replace_all(std::span<const Key> keys);

  /// Blocks a node of the tree with all below it, also those that come later.
  void set_blocked(std::string_view path, bool blocked);

  [[nodiscard]] std::size_t size() const;

 private:
  /// A principal that keys have.
  struct Place {
    std::string path;
    std::atomic<bool> blocked = false;
  };
  /// One secret of one key.
  struct Entry {
    Digest digest{};
    KeyId id{};
    bool former = false;
    bool blocked = false;
    WallTime expires = kNeverExpires;
    std::shared_ptr<const Place> place{};
    std::shared_ptr<const KeyTerms> terms{};  ///< null: no entry
  };
  /// Open addressing, four of five places used at most. It does not change once it is published.
  using Entries = std::vector<Entry>;
  struct Shard {
    mutable std::mutex mutex{};
    Entries entries{};
  };
  static constexpr std::size_t kShards = 4096;
  static_assert(kShards < KeyIndex::kNoShard);
  /// What changes in one shard.
  struct Change {
    std::vector<KeyId> removed{};
    std::vector<Entry> added{};
  };
  using Changes = std::unordered_map<std::size_t, Change>;

  [[nodiscard]] static std::size_t shard_of(const Digest& digest);
  [[nodiscard]] static const Entry* entry_of(const Entries& entries, const Digest& digest);
  static void insert(Entries& entries, Entry&& entry);
  [[nodiscard]] static Entries changed(const Entries& before, Change&& change);

  [[nodiscard]] std::shared_ptr<const Place> place_of(const std::string& path);
  [[nodiscard]] std::shared_ptr<const KeyTerms> terms_of(const Key& key);
  [[nodiscard]] bool path_blocked(std::string_view path) const;
  void add(const Key& key, Changes& changes);
  bool take_out(std::string_view id, Changes& changes);
  void publish(std::size_t shard, Entries entries);
  void publish(Changes& changes);
  void drop_unused();

  std::vector<Shard> shards_;

  mutable std::mutex writer_;  ///< guards what is below: changes come one after the other
  KeyIndex index_{};
  std::unordered_map<std::string, std::shared_ptr<Place>> places_{};
  std::unordered_multimap<std::size_t, std::weak_ptr<const KeyTerms>> terms_{};
  std::size_t drop_at_ = 0;  ///< how many places and terms there are when unused ones are looked for
  std::vector<std::string> blocked_{};
};

}  // namespace drover::directory
