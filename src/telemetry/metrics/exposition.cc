#include "telemetry/metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <vector>

namespace drover::telemetry {

struct Exposition::Families {
  std::vector<prometheus::MetricFamily> list;

  void begin(std::string name, std::string help, prometheus::MetricType type) {
    list.push_back({std::move(name), std::move(help), type, {}});
  }
  prometheus::ClientMetric& add(LabelValues labels) {
    prometheus::ClientMetric& metric = list.back().metric.emplace_back();
    for (const auto& [name, value] : labels) metric.label.push_back({std::string(name), std::string(value)});
    return metric;
  }
};

Exposition::Exposition() : families_(std::make_unique<Families>()) {}
Exposition::~Exposition() = default;

void Exposition::counter(std::string name, std::string help) {
  families_->begin(std::move(name), std::move(help), prometheus::MetricType::Counter);
}

void Exposition::gauge(std::string name, std::string help) {
  families_->begin(std::move(name), std::move(help), prometheus::MetricType::Gauge);
}

void Exposition::histogram(std::string name, std::string help) {
  families_->begin(std::move(name), std::move(help), prometheus::MetricType::Histogram);
}

void Exposition::value(LabelValues labels, double value) {
  prometheus::ClientMetric& metric = families_->add(labels);
  if (families_->list.back().type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
}

void Exposition::value(LabelValues labels, const HistogramSum& sum) {
  std::uint64_t count = 0;
  for (const std::uint64_t bucket : sum.buckets) count += bucket;
  if (count == 0) return;
  prometheus::ClientMetric::Histogram& histogram = families_->add(labels).histogram;
  histogram.sample_count = count;
  histogram.sample_sum = sum.seconds;
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < sum.buckets.size(); ++bucket) {
    below += sum.buckets[bucket];
    const double bound = bucket < kBuckets.size() ? std::chrono::duration<double>(kBuckets[bucket]).count()
                                                  : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({below, bound});
  }
}

std::string Exposition::text() const {
  std::vector<prometheus::MetricFamily> said;
  for (const prometheus::MetricFamily& family : families_->list) {
    if (!family.metric.empty()) said.push_back(family);
  }
  return prometheus::TextSerializer().Serialize(said);
}

}  // namespace drover::telemetry
