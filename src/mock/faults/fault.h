// One scripted fault of the mock provider: its kind, its scope, and how often it strikes. There are two ways to write
// it:
//
//   key=sk-mock-2:429:retry-after=7        cut:after=5        500:p=0.1        model=gpt-4o*:slow:factor=10
//   {"kind": "429", "key": "sk-mock-2", "retry_after": "7"}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

namespace drover::mock {

enum class FaultKind : std::uint8_t {
  // at a whole port, before a request is read
  Refuse,         ///< the listening socket is closed
  ResetOnAccept,  ///< accepted, then RST before a byte is read
  AcceptHang,     ///< accepted, then silence
  // in place of an answer
  Hang,           ///< the request is read, then silence
  Reset,          ///< the request is read, then RST
  Close,          ///< the request is read, then an orderly close
  Status,         ///< an error status with a body in the provider's shape
  EarlyTooLarge,  ///< 413 as soon as the head is read, then close
  ErrorIn200,     ///< status 200 with {"error": ...}
  Html,           ///< status 200 with a web page
  // in an answer
  HangAfterHead,
  Stall,                ///< silence after some pieces
  Cut,                  ///< the connection ends after some pieces
  ErrorFirst,           ///< a stream whose first event is an error
  ErrorAfterLifecycle,  ///< an error after the events that come before content
  ErrorMid,             ///< an error event after some pieces
  Malformed,            ///< a line of the stream that is not what it should be
  Drip,                 ///< one byte at a time
  Gzip,                 ///< compressed, which was not asked for
  NoDone,               ///< the stream ends without its terminator
  Incomplete,           ///< the stream ends without finish, usage and terminator
  EmptyChoices,         ///< 200 at once with nothing in it
  WrongLength,          ///< Content-Length and body disagree
  JunkHeaders,          ///< cookies, account names, oddly spelt and long fields
  BadHead,              ///< a head that is not HTTP, or framed in two ways
  Interim,              ///< 1xx answers before the final one
  OtherForm,            ///< a stream where a plain answer was asked, and the reverse
  Quirks,               ///< a legal but odd stream: mixed line ends, comments, no space after the colon
  Unsolicited,          ///< bytes after the answer
  CloseAfter,           ///< the connection ends after the answer, which promised keep-alive
  Slow,                 ///< every wait is multiplied
};

/// The requests that a fault strikes. An empty member matches all.
struct FaultScope {
  std::string key;                    ///< the key's value, or "*" and its last characters
  std::string path;                   ///< how the path begins
  std::string model;                  ///< the name, or its beginning and "*"
  std::optional<std::uint64_t> port;  ///< index of the port, from 0

  friend bool operator==(const FaultScope&, const FaultScope&) = default;
};

/// How often a fault strikes, and when, counted from the moment when it is set.
struct FaultTimes {
  double probability = 1;
  std::uint64_t skip = 0;              ///< matching requests that pass first
  std::optional<std::uint64_t> count;  ///< most requests that it strikes after that
  Duration from = Duration::zero();
  Duration lasts = kNoLimit;

  friend bool operator==(const FaultTimes&, const FaultTimes&) = default;
};

/// The forms in which a provider says when to come back. All that are set are sent.
struct ComeBack {
  std::string retry_after;               ///< verbatim: "7", "2.5" or garbage
  std::optional<Duration> imf_date;      ///< Retry-After as Sun, 06 Nov 1994 08:49:37 GMT, this long from now
  std::optional<Duration> rfc850_date;   ///< Sunday, 06-Nov-94 08:49:37 GMT
  std::optional<Duration> asctime_date;  ///< Sun Nov  6 08:49:37 1994
  std::string milliseconds;              ///< retry-after-ms, verbatim
  std::string reset;                     ///< x-ratelimit-reset-requests, with remaining 0: "6m0s"

  friend bool operator==(const ComeBack&, const ComeBack&) = default;
};

enum class CutHow : std::uint8_t {
  Middle,  ///< orderly close inside a chunk or before the announced length
  Clean,   ///< the framing ends properly, the content does not
  Reset,   ///< RST
};

enum class ErrorBody : std::uint8_t { Json, Html, Empty };

struct Fault {
  FaultKind kind = FaultKind::Hang;
  FaultScope scope;
  FaultTimes times;

  int status = 0;    ///< Status
  std::string code;  ///< error code in the body; empty: the usual one
  ErrorBody body = ErrorBody::Json;
  ComeBack come_back;                             ///< Status
  std::uint64_t after = 1;                        ///< content pieces that pass first
  CutHow how = CutHow::Middle;                    ///< Cut
  Duration every = std::chrono::milliseconds(1);  ///< Drip
  double factor = 10;                             ///< Slow
  std::int64_t by = 10;                           ///< WrongLength: announced minus real; Interim: how many

  friend bool operator==(const Fault&, const Fault&) = default;
};

/// Longest text of one fault; real ones are under a hundred characters.
inline constexpr std::size_t kMaxFaultText = 1024;

/// Errors: BadConfig with a sentence that lists the right values.
[[nodiscard]] Result<Fault> parse_fault(std::string_view text);

/// The compact form. parse_fault reads it, except that a key is shown as "*" and its last four characters.
[[nodiscard]] std::string fault_text(const Fault& fault);

/// "429", "cut", …
[[nodiscard]] std::string kind_text(const Fault& fault);
/// All kinds, comma-separated, for messages and help.
[[nodiscard]] std::string fault_kinds();

/// Builds a fault one option at a time, for both syntaxes.
class FaultBuilder {
 public:
  /// A kind's name or a status from 400 to 599.
  [[nodiscard]] Result<void> kind(std::string_view name);
  /// Scope, times and the kind's own options; kind() comes first.
  [[nodiscard]] Result<void> option(std::string_view name, std::string_view value);
  /// The fault, if its parts fit together.
  [[nodiscard]] Result<Fault> finish() const;

 private:
  [[nodiscard]] Result<void> scope(std::string_view name, std::string_view value);
  [[nodiscard]] Result<void> times(std::string_view name, std::string_view value);
  [[nodiscard]] Result<void> come_back(std::string_view name, std::string_view value);
  [[nodiscard]] Result<void> detail(std::string_view name, std::string_view value);

  Fault fault_;
  bool have_kind_ = false;
};

/// Whether the fault strikes when a connection is accepted, before its request is known.
[[nodiscard]] bool strikes_on_accept(FaultKind kind);

}  // namespace drover::mock
