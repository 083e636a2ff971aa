// What the mock has received: one record for each request, bounded, and counts for each key, which are kept. Pure
// values.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "mock/provider/rate_limits.h"

namespace drover::mock {

/// Records that are kept by default; a further record replaces the oldest. Enough for any test, and small enough to
/// read.
inline constexpr std::size_t kMaxRecords = 4096;
/// Keys that are counted apart; all others count as "*other".
inline constexpr std::size_t kMaxCountedKeys = 1024;

enum class Outcome : std::uint8_t {
  Running,
  Sent,         ///< the whole script was sent
  ClientGone,   ///< the client went before the end
  WriteFailed,  ///< the client stopped reading for too long
};

struct Record {
  std::uint64_t ordinal = 0;     ///< from 1, in the order of arrival; never used twice
  std::size_t port = 0;          ///< index of the listening address
  std::uint64_t connection = 0;  ///< from 1; equal for requests on one connection
  std::string method;
  std::string path;  ///< with query
  std::string model;
  bool stream = false;
  std::string key_tail;           ///< "*cd12"; empty without a key
  std::string request_id;         ///< the id the client sent, if any
  std::string our_id;             ///< x-request-id of the answer
  std::vector<FieldLine> fields;  ///< when recorded
  std::string fault;              ///< the faults that struck, in their compact form
  int status = 0;                 ///< 0: no answer
  Outcome outcome = Outcome::Running;

  Instant arrived{};
  std::optional<Instant> first_byte;
  std::optional<Instant> ended;
  std::optional<Instant> client_gone;  ///< when the connection's end was seen, if before the answer's end

  std::uint64_t request_bytes = 0;
  std::uint64_t images = 0;      ///< in the newest entry of the conversation
  std::uint64_t thoughts = 0;    ///< the mock's own that came back with the conversation, by their signatures
  std::string request_body;      ///< its beginning, if recorded
  std::uint64_t body_bytes = 0;  ///< of the answer's body, handed to the kernel
  std::uint64_t body_hash = 0;   ///< FNV-1a of exactly those bytes
  std::string body;              ///< their beginning, if recorded
};

struct KeyCounts {
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;      ///< 2xx, sent to the end
  std::uint64_t refused = 0;       ///< 4xx and 5xx
  std::uint64_t rate_limited = 0;  ///< 429 among them
  std::uint64_t client_gone = 0;
};

class Journal {
 public:
  /// Opens a record and sets its ordinal.
  Record& open(Record record);
  /// The record with this ordinal, while it is kept.
  [[nodiscard]] Record* find(std::uint64_t ordinal);
  /// Counts a record whose request has ended.
  void close(const Record& record);
  void clear();
  /// Sets how many records are kept: at least one.
  void keep(std::size_t most) { kept_ = most == 0 ? 1 : most; }

  [[nodiscard]] const std::deque<Record>& records() const { return records_; }
  /// Requests since the last clear().
  [[nodiscard]] std::uint64_t total() const { return total_ - forgotten_; }
  [[nodiscard]] const std::map<std::string, KeyCounts, std::less<>>& counts() const { return counts_; }

 private:
  std::deque<Record> records_;
  std::map<std::string, KeyCounts, std::less<>> counts_;
  std::size_t kept_ = kMaxRecords;
  std::uint64_t total_ = 0;
  std::uint64_t forgotten_ = 0;
};

/// FNV-1a, 64 bits: tests in any language can compute it easily.
[[nodiscard]] std::uint64_t fnv1a(std::string_view bytes);

/// The journal as JSON, newest last, at most `most` records. Times are milliseconds since `start`.
[[nodiscard]] std::string journal_to_json(const Journal& journal, Instant start, std::size_t most);

}  // namespace drover::mock
