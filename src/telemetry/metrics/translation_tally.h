// What one thread counts about requests that went up in another form than the client's: how many by the pair of forms,
// and what they could not carry. Few and slow beside the rest, so they share a lock and need no table.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>

namespace drover::telemetry {

class TranslationTally {
 public:
  /// The words live for ever, and there are few of them: names of forms, and of fields in drover's own words.
  struct Series {
    std::string_view from;   ///< the client's form: "chat"
    std::string_view to;     ///< the provider's: "messages"
    std::string_view field;  ///< what was dropped: "seed"; empty: the request itself
    friend auto operator<=>(const Series&, const Series&) = default;
  };
  using Counts = std::map<Series, std::uint64_t>;

  void add(const Series& series) {
    const std::lock_guard lock(mutex_);
    ++counts_[series];
  }
  /// Any thread.
  void add_to(Counts& sum) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [series, count] : counts_) sum[series] += count;
  }

 private:
  mutable std::mutex mutex_;
  Counts counts_;
};

}  // namespace drover::telemetry
