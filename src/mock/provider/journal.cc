#include "mock/provider/journal.h"

#include <algorithm>
#include <boost/json.hpp>

namespace drover::mock {
namespace {

namespace json = boost::json;

constexpr std::string_view kOtherKeys = "*other";

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Running: return "running";
    case Outcome::Sent: return "sent";
    case Outcome::ClientGone: return "client_gone";
    case Outcome::WriteFailed: return "write_failed";
  }
  return "running";
}

json::value milliseconds(const std::optional<Instant>& at, Instant start) {
  if (!at) return nullptr;
  return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(*at - start).count()) / 1000.0;
}

json::object record_to_json(const Record& record, Instant start) {
  json::object shown{{"ordinal", record.ordinal},
                     {"port", record.port},
                     {"connection", record.connection},
                     {"method", record.method},
                     {"path", record.path},
                     {"model", record.model},
                     {"stream", record.stream},
                     {"key", record.key_tail},
                     {"request_id", record.request_id},
                     {"our_id", record.our_id},
                     {"fault", record.fault},
                     {"status", record.status},
                     {"outcome", name_of(record.outcome)},
                     {"arrived_ms", milliseconds(record.arrived, start)},
                     {"first_byte_ms", milliseconds(record.first_byte, start)},
                     {"ended_ms", milliseconds(record.ended, start)},
                     {"client_gone_ms", milliseconds(record.client_gone, start)},
                     {"request_bytes", record.request_bytes},
                     {"images", record.images},
                     {"thoughts", record.thoughts},
                     {"body_bytes", record.body_bytes},
                     {"body_fnv1a", std::to_string(record.body_hash)}};
  if (!record.fields.empty()) {
    json::array fields;
    for (const FieldLine& field : record.fields) fields.emplace_back(json::array{field.name, field.value});
    shown["fields"] = std::move(fields);
  }
  return shown;
}

}  // namespace

Record& Journal::open(Record record) {
  record.ordinal = ++total_;
  while (records_.size() >= kept_) records_.pop_front();
  records_.push_back(std::move(record));
  return records_.back();
}

Record* Journal::find(std::uint64_t ordinal) {
  if (records_.empty() || ordinal < records_.front().ordinal || ordinal > records_.back().ordinal) return nullptr;
  return &records_[ordinal - records_.front().ordinal];
}

void Journal::close(const Record& record) {
  const bool known = counts_.contains(record.key_tail) || counts_.size() < kMaxCountedKeys;
  KeyCounts& counts = counts_[known ? record.key_tail : std::string(kOtherKeys)];
  ++counts.requests;
  if (record.outcome == Outcome::ClientGone) ++counts.client_gone;
  if (record.outcome == Outcome::Sent && record.status >= 200 && record.status < 300) ++counts.answered;
  if (record.status >= 400) ++counts.refused;
  if (record.status == 429) ++counts.rate_limited;
}

void Journal::clear() {
  records_.clear();
  counts_.clear();
  forgotten_ = total_;
}

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char byte : bytes) value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return value;
}

std::string journal_to_json(const Journal& journal, Instant start, std::size_t most) {
  json::array records;
  const std::deque<Record>& kept = journal.records();
  for (std::size_t at = kept.size() - std::min(most, kept.size()); at < kept.size(); ++at) {
    records.emplace_back(record_to_json(kept[at], start));
  }
  json::object keys;
  for (const auto& [tail, counts] : journal.counts()) {
    keys[tail.empty() ? "none" : tail] = json::object{{"requests", counts.requests},
                                                      {"answered", counts.answered},
                                                      {"refused", counts.refused},
                                                      {"rate_limited", counts.rate_limited},
                                                      {"client_gone", counts.client_gone}};
  }
  return json::serialize(
      json::object{{"total", journal.total()}, {"keys", std::move(keys)}, {"requests", std::move(records)}});
}

}  // namespace drover::mock
