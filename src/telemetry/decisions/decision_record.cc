#include "telemetry/decisions/decision_record.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

namespace drover::telemetry {
namespace {

/// Writing and reading name the fields in one place (the functions called `fields`), so that they agree.
class Writer {
 public:
  explicit Writer(std::span<char> memory) : begin_(memory.data()), at_(begin_), left_(memory.size()) {}

  template <class T>
  void value(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    put(&value, sizeof value);
  }
  template <class T>
  void maybe(const std::optional<T>& value) {
    this->value(value.has_value());
    this->value(value.value_or(T{}));
  }
  void text(std::string_view text) {
    text = text.substr(0, kMaxDecisionText);
    value(static_cast<std::uint16_t>(text.size()));
    put(text.data(), text.size());
  }
  /// Empty when the record did not fit.
  [[nodiscard]] std::string_view written() const {
    return full_ ? std::string_view() : std::string_view(begin_, static_cast<std::size_t>(at_ - begin_));
  }

 private:
  void put(const void* from, std::size_t size) {
    full_ = full_ || size > left_;
    if (full_ || size == 0) return;
    std::memcpy(at_, from, size);
    at_ += size;
    left_ -= size;
  }

  char* begin_;
  char* at_;
  std::size_t left_;
  bool full_ = false;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  template <class T>
  void value(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::string_view from = take(sizeof value);
    if (!broken_) std::memcpy(&value, from.data(), sizeof value);
  }
  template <class T>
  void maybe(std::optional<T>& out) {
    bool there = false;
    T known{};
    value(there);
    value(known);
    if (there) out = known;
  }
  void text(std::string_view& out) {
    std::uint16_t size = 0;
    value(size);
    out = take(size);
  }
  [[nodiscard]] bool whole() const { return !broken_ && left_.empty(); }
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::string_view take(std::size_t size) {
    broken_ = broken_ || size > left_.size();
    if (broken_) return {};
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  std::string_view left_;
  bool broken_ = false;
};

template <class Archive, class Attempt>
void attempt_fields(Archive& archive, Attempt& attempt) {
  archive.text(attempt.target);
  archive.value(attempt.at);
  archive.value(attempt.took);
  archive.value(attempt.head);
  archive.maybe(attempt.failure);
  archive.value(attempt.status);
  archive.text(attempt.upstream_id);
  archive.text(attempt.form);
  archive.value(attempt.connected);
  archive.value(attempt.reused);
  archive.value(attempt.last_resort);
  archive.value(attempt.beside);
  archive.value(attempt.lost);
  archive.maybe(attempt.stage);
  archive.maybe(attempt.retry_after);
  archive.text(attempt.code);
}

template <class Archive, class Skip>
void skip_fields(Archive& archive, Skip& skip) {
  archive.text(skip.target);
  archive.value(skip.bar);
  archive.value(skip.why);
  archive.value(skip.status);
  archive.value(skip.before);
  archive.value(skip.until);
}

template <class Archive, class Wait>
void wait_fields(Archive& archive, Wait& wait) {
  archive.value(wait.backoff);
  archive.value(wait.before);
  archive.value(wait.at);
  archive.value(wait.took);
}

template <class Archive, class Record>
void own_fields(Archive& archive, Record& record) {
  archive.text(record.id);
  archive.value(record.unix_milliseconds);
  archive.text(record.client);
  archive.text(record.model);
  archive.text(record.route);
  archive.value(record.streamed);
  archive.value(record.ran);
  archive.value(record.keep);
  archive.value(record.status);
  archive.text(record.error);
  archive.text(record.dropped);
  archive.value(record.stop);
  archive.value(record.took);
  archive.value(record.first_content);
  archive.value(record.client_deadline);
  archive.value(record.more_skips);
  archive.value(record.left_out);
}

template <class Item>
void write_list(Writer& writer, std::span<const Item> list, std::size_t most, void (*fields)(Writer&, const Item&)) {
  list = list.first(std::min(list.size(), most));
  writer.value(static_cast<std::uint8_t>(list.size()));
  for (const Item& item : list) fields(writer, item);
}

template <class Item>
void read_list(Reader& reader, std::vector<Item>& list, void (*fields)(Reader&, Item&)) {
  std::uint8_t count = 0;
  reader.value(count);
  for (std::uint8_t at = 0; at < count && !reader.broken(); ++at) fields(reader, list.emplace_back());
}

}  // namespace

std::string_view write_decision(const DecisionRecord& record, std::span<char> memory) {
  Writer writer(memory);
  own_fields(writer, record);
  write_list(writer, record.attempts, core::kMaxAttempts, &attempt_fields<Writer, const DecisionAttempt>);
  write_list(writer, record.waits, kMaxDecisionWaits, &wait_fields<Writer, const DecisionWait>);
  write_list(writer, record.skips, core::kMaxSkips, &skip_fields<Writer, const DecisionSkip>);
  write_list(writer, record.candidates, core::kMaxCandidates, &skip_fields<Writer, const DecisionSkip>);
  return writer.written();
}

std::optional<KeptDecision> read_decision(std::vector<char> bytes) {
  KeptDecision kept;
  kept.bytes = std::move(bytes);
  Reader reader({kept.bytes.data(), kept.bytes.size()});
  own_fields(reader, kept.record);
  read_list(reader, kept.attempts, &attempt_fields<Reader, DecisionAttempt>);
  read_list(reader, kept.waits, &wait_fields<Reader, DecisionWait>);
  read_list(reader, kept.skips, &skip_fields<Reader, DecisionSkip>);
  read_list(reader, kept.candidates, &skip_fields<Reader, DecisionSkip>);
  if (!reader.whole()) return std::nullopt;
  kept.record.attempts = kept.attempts;
  kept.record.waits = kept.waits;
  kept.record.skips = kept.skips;
  kept.record.candidates = kept.candidates;
  return kept;
}

}  // namespace drover::telemetry
