// Objects that clients left with the mock: files, batches, responses. In memory and bounded; a new one replaces the
// oldest. Pure values.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace drover::mock {

inline constexpr std::size_t kMostStored = 1000;
inline constexpr std::size_t kMostStoredBytes = 32 * 1024 * 1024;

enum class Kept : std::uint8_t { File, Batch, Response, MessageBatch };

struct Stored {
  Kept kind = Kept::File;
  std::string id;
  std::string json;     ///< the object as answers show it
  std::string content;  ///< of a file; a message batch's results; a response's input items
};

/// The parts of a path to a kept object: "/v1/files/a/content" after "/v1/files" → "a" and "/content".
struct StoredPath {
  std::string id;
  std::string_view rest;
};
[[nodiscard]] StoredPath stored_path(std::string_view path, std::string_view front);

class Store {
 public:
  /// Replaces an object with the same id. An object that is larger than the whole store is not kept.
  void put(Stored object);
  [[nodiscard]] const Stored* find(Kept kind, std::string_view id) const;
  /// False: there was no such object.
  bool erase(Kept kind, std::string_view id);
  /// The newest first, as the APIs list them.
  [[nodiscard]] std::vector<const Stored*> list(Kept kind) const;
  /// "file-mock1", "file-mock2": the same sequence after each clear().
  [[nodiscard]] std::string next_id(std::string_view prefix) { return std::string(prefix) + std::to_string(++made_); }
  void clear();

 private:
  std::deque<Stored> objects_;
  std::size_t bytes_ = 0;
  std::uint64_t made_ = 0;
};

}  // namespace drover::mock
