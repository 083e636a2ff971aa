// Everything that can be set, under the names of drover.yaml. What is left out has the gateway's default, and what is
// wrong is refused with the gateway's words. Durations and shares are text as in the file: "500ms", "2m", "20%".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drover/chat.h"
#include "drover/error.h"

DROVER_BEGIN

/// A credential. Give `value`, or where to find it.
struct KeyOptions {
  KeyOptions() = default;
  KeyOptions(std::string secret) : value(std::move(secret)) {}
  KeyOptions(const char* secret) : value(secret) {}

  std::string value;
  std::string env;   ///< an environment variable; a comma-separated list is several keys
  std::string file;  ///< a file that holds nothing else
  std::string name;  ///< for status and logs; default: its number
  std::optional<unsigned> weight;
  std::string quota;  ///< one of Options::quotas that several keys share
};

/// Bounds of one provider's connections, for the whole client.
struct ConnectionOptions {
  std::optional<unsigned> keep, max;
  std::string idle;
};

struct ProviderOptions {
  std::string name;
  std::vector<std::string> servers;  ///< base URLs: "https://api.openai.com/v1"
  std::vector<KeyOptions> keys;
  std::string auth;  ///< bearer (default), none, or "header: NAME"
  std::vector<Field> headers;
  std::string ca;     ///< PEM file of authorities to trust instead of the system's
  std::string usage;  ///< observe (default) or ask
  ConnectionOptions connections;
  std::vector<std::string> apis;  ///< what it offers: "chat", "embeddings"; none: everything
};

/// What a group of keys may use of one model; what is left out is not limited.
struct QuotaLimit {
  std::string model = "*";
  std::optional<std::int64_t> requests_per_minute, requests_per_day;
  std::optional<std::int64_t> input_tokens_per_minute, output_tokens_per_minute;
  std::optional<std::int64_t> concurrent;
};

struct QuotaOptions {
  std::string name;
  std::vector<QuotaLimit> limits;
};

struct TargetOptions {
  TargetOptions() = default;
  TargetOptions(std::string name) : provider(std::move(name)) {}
  TargetOptions(const char* name) : provider(name) {}

  std::string provider;
  std::string model;  ///< the name there; empty: the same
  std::string key;    ///< only the key of this name; empty: all
  std::optional<unsigned> priority;
  std::optional<unsigned> weight;
};

struct ModelOptions {
  std::string name;     ///< "*": every other name
  std::string balance;  ///< p2c (default), round_robin, random, least_requests, least_latency, sticky
  std::vector<TargetOptions> targets;
  std::vector<std::string> fallback;
  std::string affinity;  ///< p2c: how long a conversation stays at its prompt cache, "30m", or off
};

struct RetryOptions {
  std::optional<unsigned> walk, same_target;
  std::string backoff, max_backoff, jitter, budget, ambiguous;
  std::optional<double> multiplier;
  std::vector<int> statuses;  ///< only answers with these are repeated at the same target
  std::string hedge;  ///< share of calls that may ask a second target when the first is late: "2%"; default: none
};

struct TimeoutOptions {
  std::string connect, send, head, first_content, idle, total, stream_max, queue;
};

struct HealthOptions {
  std::string probe, interval, timeout, mode, eject_for, max_eject_for, when_all_out, latency_from;
  std::optional<unsigned> eject_after;
};

struct LimitOptions {
  std::string body, replay_memory;
  std::optional<std::uint64_t> in_flight;
};

/// One line for a person: a key is taken out, cools down, comes back; a callback threw.
struct LogLine {
  bool warning = false;
  std::string text;  ///< holds no key and no prompt
};

/// What one finished call came to, for counters and histograms.
struct CallRecord {
  std::string model;
  std::string target;  ///< who answered or failed last; empty: nobody was asked
  int attempts = 0;
  bool streamed = false;
  std::optional<ErrorKind> error;  ///< nothing: it was answered
  int status = 0;                  ///< the last status a provider sent; 0: none
  std::chrono::nanoseconds duration{0};
  std::optional<std::chrono::nanoseconds> first_content;
  Usage usage;
  std::string request_id;  ///< for Client::explain()
};

/// Functions that the client calls one at a time, in order, on a thread of its own, soon after the event. They may use
/// the client. An exception from one is caught and dropped. At most 10,000 calls wait; more are dropped.
struct Hooks {
  std::function<void(const LogLine&)> log;
  std::function<void(const CallRecord&)> call;
};

struct Options {
  std::vector<ProviderOptions> providers;
  std::vector<QuotaOptions> quotas;
  std::vector<ModelOptions> models;  ///< none: every name goes to every provider if there is one, as in drover.yaml
  RetryOptions retry;
  TimeoutOptions timeouts;
  HealthOptions health;
  LimitOptions limits;
  std::optional<unsigned> threads;  ///< that drive connections; default 1
  /// What ChatRequest::model is when it is empty. Default: the environment's DROVER_MODEL, else the first model that is
  /// configured by name, else gpt-6-luna.
  std::string model;
  Hooks hooks;
};

DROVER_END
