// Why a call went where it went: its attempts, what was passed over, what was waited for, why it ended. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drover/version.h"

DROVER_BEGIN

/// One attempt. Times are counted from the beginning of the call, except `to_head`.
struct ExplainedAttempt {
  std::string target;  ///< "openai/spare"
  std::chrono::nanoseconds at{0};
  std::chrono::nanoseconds took{0};
  std::optional<std::chrono::nanoseconds> to_head;  ///< from the attempt's begin to the head of an answer
  std::string failure;                              ///< "rate_limited"; empty: it answered
  int status = 0;                                   ///< the provider's; 0: it said nothing
  std::string code;                                 ///< the provider's own, or drover's
  std::optional<std::chrono::milliseconds> retry_after;
  bool reused = false;       ///< on a connection that had served before
  bool last_resort = false;  ///< the target was out, and every other one too
  bool hedge = false;        ///< it was started beside another one that was late
  bool lost_race = false;    ///< it was cancelled because another one answered first
};

/// A target that was passed over, or how it stood at the end.
struct ExplainedTarget {
  std::string target;
  std::string
      bar;  ///< usable, tried, cooling, resting, ejected, on_trial, silent, returning, limit, provider_limit, ...
  std::string why;                   ///< the failure behind it: "rate_limited"; empty: none
  int status = 0;                    ///< the provider's; 0: none
  std::uint32_t before_attempt = 0;  ///< the attempt that was being chosen for; 0: at the end
};

/// A time in which nothing was tried.
struct ExplainedWait {
  bool backoff = false;  ///< else for a target to have room
  std::uint32_t before_attempt = 0;
  std::chrono::nanoseconds at{0};
  std::chrono::nanoseconds took{0};
};

struct Explanation {
  std::string request_id;
  std::chrono::system_clock::time_point began;
  std::string model;
  std::string route;  ///< the configured name that took it
  bool streamed = false;
  int status = 0;        ///< of the answer; 0: there was none
  std::string error;     ///< "no_upstream"; empty: it was answered
  std::string ended_by;  ///< why nothing more was tried: answered, walk, retry_budget, nothing_left, deadline, ...
  std::chrono::nanoseconds took{0};
  std::optional<std::chrono::nanoseconds> first_content;
  std::vector<ExplainedAttempt> attempts;
  std::vector<ExplainedWait> waits;
  std::vector<ExplainedTarget> skipped;     ///< on the way, at most 8
  std::uint32_t skipped_more = 0;           ///< how often others were
  std::vector<ExplainedTarget> candidates;  ///< of a failure: every target as it stood at the end, at most 64
  std::uint32_t candidates_left_out = 0;
};

DROVER_END
