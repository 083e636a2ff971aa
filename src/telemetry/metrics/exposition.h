// The Prometheus text of a list of metrics, written by prometheus-cpp. Families come in the order in which they were
// begun; a family without a value is left out.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "telemetry/metrics/counter.h"

namespace drover::telemetry {

struct HistogramSum {
  std::array<std::uint64_t, kBuckets.size() + 1> buckets{};  ///< each bucket alone
  double seconds = 0;
};

class Exposition {
 public:
  using LabelValues = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Exposition();
  ~Exposition();
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  // Each begins a family, which the following values belong to.
  void counter(std::string name, std::string help);
  void gauge(std::string name, std::string help);
  void histogram(std::string name, std::string help);

  void value(LabelValues labels, double value);
  /// Left out when there is no observation.
  void value(LabelValues labels, const HistogramSum& sum);

  [[nodiscard]] std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace drover::telemetry
