// The three accounts of a run - what the clients, the upstreams and the gateway wrote down - and whether they agree,
// line by line. Pure: it only compares; the books are kept by those who saw.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/instant.h"

namespace drover::demo {

/// What was wrong with an answer, as its client saw it.
enum class Flaw : std::uint8_t {
  None,
  Running,     ///< no end was seen
  Connection,  ///< no connection, or it broke before a head
  Status,      ///< another status than 200
  Cut,         ///< the body ended before its framing said so
  Incomplete,  ///< well framed, but not a whole answer: no [DONE], no usage, no JSON
  ErrorEvent,  ///< an error inside the stream
  Patience,    ///< the client gave up waiting
};
[[nodiscard]] const char* to_string(Flaw flaw);

struct ClientLine {
  std::uint64_t request = 0;
  bool streamed = false;
  Flaw flaw = Flaw::Running;
  int status = 0;
  int attempts = 0;          ///< as the answer's head says; 0: it does not
  Instant due{};             ///< when it should have been sent
  Duration lag{};            ///< how much later it was
  Duration first_content{};  ///< since due; streams only
  Duration took{};           ///< since due, to the last byte
};

/// One request as one upstream heard it.
struct UpstreamLine {
  std::uint64_t request = 0;
  std::size_t key = 0;
  int status = 0;       ///< 0: no answer
  bool whole = false;   ///< everything it had to say went out
  std::string fault{};  ///< what was scripted for it; empty: nothing
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
  std::uint64_t reached = 0;        ///< attempts that an upstream heard
  std::uint64_t not_connected = 0;  ///< attempts that could reach nobody
  std::uint64_t unheard = 0;        ///< attempts that were lost or given up before the upstream had read them
  std::uint64_t upstream_requests = 0;
  std::vector<Difference> differences{};
  [[nodiscard]] bool agrees() const { return differences.empty(); }
};

/// Every request must be in the clients' and in the gateway's book exactly once, with the same end; every attempt that
/// the gateway says it sent must be in an upstream's, at that key, in that order, answered as the gateway says; and no
/// upstream may have heard anything else.
[[nodiscard]] Reconciliation reconcile(const Books& books);

/// Attempts that failed and were followed by another, by class of failure.
[[nodiscard]] std::map<std::string, std::uint64_t> failovers_by_kind(const std::vector<GatewayLine>& lines);

}  // namespace drover::demo
