// The three accounts of a run (the clients', the upstreams' and the gateway's), and whether they agree, line by line.
// Pure: it only compares.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/instant.h"

namespace drover::demo {

/// The fault of an answer, as its client saw it.
enum class Flaw : std::uint8_t {
  None,
  Running,     ///< its end was not seen
  Connection,  ///< no connection, or it broke before a head
  Status,      ///< another status than 200
  Cut,         ///< the body ended before its framing ended it
  Incomplete,  ///< well framed, but not a whole answer: no [DONE], no usage, no JSON
  ErrorEvent,  ///< an error inside the stream
  Patience,    ///< the client stopped waiting
};
[[nodiscard]] const char* to_string(Flaw flaw);

struct ClientLine {
  std::uint64_t request = 0;
  bool streamed = false;
  Flaw flaw = Flaw::Running;
  int status = 0;
  int attempts = 0;          ///< from the answer's head; 0: it does not say
  Instant due{};             ///< when it should have been sent
  Duration lag{};            ///< how much later it was
  Duration first_content{};  ///< since due; streams only
  Duration took{};           ///< since due, to the last byte
};

/// One request as an upstream received it.
struct UpstreamLine {
  std::uint64_t request = 0;
  std::size_t key = 0;
  int status = 0;       ///< 0: no answer
  bool whole = false;   ///< the upstream sent all of its answer
  std::string fault{};  ///< the fault that was scripted for it; empty: none
};

/// One attempt as the gateway wrote it down.
struct GatewayAttempt {
  std::size_t key = 0;
  std::string outcome{};  ///< "ok", or the class of failure: "head_timeout"
  int status = 0;
};

struct GatewayLine {
  std::uint64_t request = 0;
  std::vector<GatewayAttempt> attempts{};
};

struct Books {
  std::vector<ClientLine> client{};
  std::vector<UpstreamLine> upstream{};  ///< in the order of arrival
  std::vector<GatewayLine> gateway{};
};

inline constexpr const char* kAnswered = "ok";

struct Difference {
  std::uint64_t request = 0;
  std::string what{};
};

struct Reconciliation {
  std::uint64_t requests = 0;  ///< ids found in any of the books
  std::uint64_t gateway_attempts = 0;
  std::uint64_t reached = 0;        ///< attempts that an upstream received
  std::uint64_t not_connected = 0;  ///< attempts without a connection
  std::uint64_t unheard = 0;        ///< attempts that were lost or given up before the upstream had read them
  std::uint64_t upstream_requests = 0;
  std::vector<Difference> differences{};
  [[nodiscard]] bool agrees() const { return differences.empty(); }
};

/// Each request must be in the clients' and in the gateway's book exactly once, with the same end. Each attempt that
/// the gateway has sent must be in an upstream's book, at that key, in that order, with the same answer. No upstream
/// may have received anything else.
[[nodiscard]] Reconciliation reconcile(const Books& books);

/// Attempts that failed and were followed by another, by class of failure.
[[nodiscard]] std::map<std::string, std::uint64_t> failovers_by_kind(const std::vector<GatewayLine>& lines);

}  // namespace drover::demo
