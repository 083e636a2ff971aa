// For callers who bring their own HTTP client: which key and server to use next, and what became of it.
//
//   drover::Lease lease = balancer.pick("gpt-4o").value();
//   auto answer = my_http(lease.base_url() + "/chat/completions", lease.credential(), ...);
//   if (answer.status == 200) lease.succeeded(answer.time); else lease.failed(answer.status, answer.fields,
//   answer.body);
//
// Health, cooldowns, limits and policies are the gateway's. A Balancer opens no socket; its one thread runs the hooks.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "drover/options.h"
#include "drover/result.h"
#include "drover/status.h"

DROVER_BEGIN

/// A picked target. Settle it once with what became of it; later calls are ignored. The destructor gives an unsettled
/// target back, and the balancer learns nothing from it. For one thread at a time; may outlive its Balancer.
class DROVER_API Lease {
 public:
  Lease(Lease&&) noexcept;
  Lease& operator=(Lease&&) noexcept;
  ~Lease();

  [[nodiscard]] const std::string& target() const;    ///< "openai/spare": safe to print
  [[nodiscard]] const std::string& base_url() const;  ///< without a slash at its end
  [[nodiscard]] const std::string& model() const;     ///< what the model is called there
  [[nodiscard]] const std::string& key() const;       ///< the credential itself; empty with `auth: none`
  /// The header field that carries it: {"Authorization", "Bearer ..."}. Empty with `auth: none`.
  [[nodiscard]] Field credential() const;

  /// The target answered well. `latency` is what least_latency and p2c compare targets by: measure the same span each
  /// time.
  void succeeded(std::chrono::nanoseconds latency);
  /// The target answered with a status other than 2xx; 0: as unreachable(). Fields and body tell a rate limit from an
  /// empty account, and a bad request from a bad key: pass them if you have them. Returns whether another target may be
  /// tried; false after a request that is wrong everywhere.
  bool failed(int status, const std::vector<Field>& fields = {}, const std::string& body = {});
  /// There was no answer: the target refused, broke off or took too long.
  void unreachable();

 private:
  friend class Balancer;
  class DROVER_HIDDEN State;
  explicit Lease(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Thread-safe. After fork() the child needs a Balancer of its own: every pick of the parent's fails there with the
/// code "forked".
class DROVER_API Balancer {
 public:
  /// Errors of the four: BadConfig with every mistake there is, one per line.
  static Result<Balancer> create(const Options& options);
  static Result<Balancer> from_env(Hooks hooks = {});
  static Result<Balancer> from_file(const std::string& path, Hooks hooks = {});
  /// The keys take turns. A key that keeps failing rests at a score of 5; when all keys rest, all are used again.
  static Result<Balancer> of_keys(const std::string& base_url, const std::vector<std::string>& keys, Hooks hooks = {});

  Balancer(Balancer&&) noexcept;
  Balancer& operator=(Balancer&&) noexcept;
  ~Balancer();

  /// The target to use for this model (empty: Options::model), none of those in `tried` (their target()). Never waits.
  /// Errors: NotFound (no such model), RateLimited and NoUpstream with retry_after (nothing can be used before).
  Result<Lease> pick(const std::string& model = {}, const std::vector<std::string>& tried = {});

  /// The same with keys instead of leases: get the next key, then mark it. A mark settles the oldest use of that key
  /// that was not marked; at most 1,024 of a key are remembered, the oldest are given back.
  Result<std::string> next_key(const std::string& model = {});
  /// False: no use of this key is waiting for a mark.
  bool mark_success(const std::string& key, std::chrono::nanoseconds latency);
  /// `status` 0: there was no answer.
  bool mark_error(const std::string& key, int status = 0, const std::vector<Field>& fields = {});

  [[nodiscard]] Status status() const;

 private:
  class DROVER_HIDDEN State;
  explicit Balancer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

DROVER_END
