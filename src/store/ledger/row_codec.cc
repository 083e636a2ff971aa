#include "store/ledger/row_codec.h"

#include "store/row_fields.h"

namespace drover::store {

namespace {

// Raised with each change of the fields: rows of an older drover are then not taken for what they are not.
constexpr char kRowFormat = 1;

class EncodeField {
 public:
  explicit EncodeField(std::string& to) : to_(to) {}

  void operator()(std::string_view, const std::string& text) { put(text); }
  void operator()(std::string_view, const std::vector<std::string>& tags) {
    put(tags.size());
    for (const std::string& tag : tags) put(tag);
  }
  void operator()(std::string_view, WallTime time) { put(number_of(time)); }
  void operator()(std::string_view, std::optional<WallTime> time) { put(time ? number_of(*time) + 1 : 0); }
  void operator()(std::string_view, std::int64_t count) { put(static_cast<std::uint64_t>(count)); }
  void operator()(std::string_view, int number) { put(static_cast<std::uint64_t>(number)); }
  void operator()(std::string_view, bool yes) { put(std::uint64_t{yes ? 1U : 0U}); }
  void operator()(std::string_view, std::optional<money::NanoUsd> cost) {
    put(cost ? static_cast<std::uint64_t>(cost->value) + 1 : 0);
  }
  void operator()(std::string_view, CostSource source) { put(static_cast<std::uint64_t>(source)); }

 private:
  static std::uint64_t number_of(WallTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }
  /// Seven bits a byte, the lowest first: most counts are small.
  void put(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U) to_.push_back(static_cast<char>(0x80U | (number & 0x7fU)));
    to_.push_back(static_cast<char>(number));
  }
  void put(std::string_view text) {
    put(text.size());
    to_.append(text);
  }

  std::string& to_;
};

class DecodeField {
 public:
  explicit DecodeField(std::string_view from) : from_(from) {}

  void operator()(std::string_view, std::string& text) { text = take_text(); }
  void operator()(std::string_view, std::vector<std::string>& tags) {
    const std::uint64_t count = take();
    good_ = good_ && count <= kMaxRowTags;
    for (std::uint64_t each = 0; good_ && each < count; ++each) tags.emplace_back(take_text());
  }
  void operator()(std::string_view, WallTime& time) { time = time_of(take()); }
  void operator()(std::string_view, std::optional<WallTime>& time) {
    if (const std::uint64_t number = take()) time = time_of(number - 1);
  }
  void operator()(std::string_view, std::int64_t& count) { count = static_cast<std::int64_t>(take()); }
  void operator()(std::string_view, int& number) { number = static_cast<int>(take() & 0x7fffffffU); }
  void operator()(std::string_view, bool& yes) { yes = take() != 0; }
  void operator()(std::string_view, std::optional<money::NanoUsd>& cost) {
    if (const std::uint64_t number = take()) cost = money::NanoUsd{static_cast<std::int64_t>(number - 1)};
  }
  void operator()(std::string_view, CostSource& source) { source = static_cast<CostSource>(take() & 0xffU); }

  [[nodiscard]] bool whole() const { return good_ && from_.empty(); }

 private:
  static WallTime time_of(std::uint64_t number) {
    return WallTime(std::chrono::microseconds(static_cast<std::int64_t>(number)));
  }
  std::uint64_t take() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && !from_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(from_.front());
      from_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return number;
    }
    good_ = false;
    return 0;
  }
  std::string_view take_text() {
    const std::uint64_t size = take();
    if (size > from_.size()) {
      good_ = false;
      return {};
    }
    const std::string_view text = from_.substr(0, size);
    from_.remove_prefix(size);
    return text;
  }

  std::string_view from_;
  bool good_ = true;
};

}  // namespace

void encode(const LedgerRow& row, std::string& to) {
  to.push_back(kRowFormat);
  each_field(row, EncodeField(to));
}

std::optional<LedgerRow> decode(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kRowFormat) return std::nullopt;
  LedgerRow row;
  DecodeField field(bytes.substr(1));
  each_field(row, field);
  if (!field.whole()) return std::nullopt;
  bring_in_bounds(row);
  return row;
}

}  // namespace drover::store
