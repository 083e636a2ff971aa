// Reads the values of the fields of keys and principals out of JSON: types, bounds, and what each text may hold. The
// first fault is kept, with the path of its field.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "directory/records.h"
#include "gateway/admin/api/fault.h"

namespace drover::gateway::admin {

// The most that one record may hold. People write them; the data path looks at each limit of each request.
inline constexpr std::size_t kMaxLimits = 64;
inline constexpr std::size_t kMaxPatterns = 256;  ///< models of a key, or of a limit
inline constexpr std::size_t kMaxListed = 64;     ///< APIs, providers, networks
inline constexpr std::size_t kMaxTags = 16;
inline constexpr std::size_t kMaxNameBytes = 128;
inline constexpr std::size_t kMaxOwnerBytes = 256;
inline constexpr std::size_t kMaxTagBytes = 64;
inline constexpr std::size_t kMaxModelBytes = 256;
inline constexpr std::size_t kMaxProviderBytes = 64;
inline constexpr std::size_t kMaxMetadataBytes = 8192;
/// Largest count of requests or tokens; sums of thousands of them fit into 63 bits.
inline constexpr std::int64_t kMaxCount = 1'000'000'000'000'000;

/// Where a value stands, and what was found wrong first.
class Reading {
 public:
  explicit Reading(WallTime now) : now_(now) {}

  [[nodiscard]] WallTime now() const { return now_; }
  [[nodiscard]] bool good() const { return !fault_; }
  [[nodiscard]] Fault take_fault() { return *std::move(fault_); }
  void wrong(std::string field, std::string message) {
    if (!fault_) fault_ = Fault{.message = std::move(message), .field = std::move(field)};
  }

 private:
  WallTime now_;
  std::optional<Fault> fault_{};
};

// Each reads one value into `out`, or leaves it as it is after wrong().
void read_name(const boost::json::value& value, std::string_view field, Reading& reading, std::string& out);
void read_owner(const boost::json::value& value, std::string_view field, Reading& reading, std::string& out);
void read_path(const boost::json::value& value, std::string_view field, Reading& reading, std::string& out);
void read_flag(const boost::json::value& value, std::string_view field, Reading& reading, bool& out);
void read_metadata(const boost::json::value& value, std::string_view field, Reading& reading, std::string& out);
/// A moment in the future.
void read_moment(const boost::json::value& value, std::string_view field, Reading& reading, WallTime& out);
/// A span from now, "30d".
void read_from_now(const boost::json::value& value, std::string_view field, Reading& reading, WallTime& out);
void read_models(const boost::json::value& value, std::string_view field, Reading& reading,
                 std::vector<std::string>& out);
void read_apis(const boost::json::value& value, std::string_view field, Reading& reading,
               std::vector<std::string>& out);
void read_providers(const boost::json::value& value, std::string_view field, Reading& reading,
                    std::vector<std::string>& out);
void read_networks(const boost::json::value& value, std::string_view field, Reading& reading,
                   std::vector<std::string>& out);
void read_tags(const boost::json::value& value, std::string_view field, Reading& reading,
               std::vector<std::string>& out);
void read_limits(const boost::json::value& value, std::string_view field, Reading& reading,
                 std::vector<directory::Limit>& out);
void read_increase(const boost::json::value& value, std::string_view field, Reading& reading,
                   std::optional<directory::Increase>& out);
/// Dollars from 0 on: a number, or a text with at most nine decimals.
void read_usd(const boost::json::value& value, std::string_view field, Reading& reading, std::int64_t& nano);

/// A name in a message: short, printable, never what looks like a key.
[[nodiscard]] std::string shown_name(std::string_view name);

// And back.
[[nodiscard]] boost::json::value limit_json(const directory::Limit& limit);
[[nodiscard]] boost::json::array limits_json(const std::vector<directory::Limit>& limits);
[[nodiscard]] boost::json::array texts_json(const std::vector<std::string>& texts);
[[nodiscard]] boost::json::value increase_json(const std::optional<directory::Increase>& increase);
[[nodiscard]] boost::json::value moment_json(WallTime time);
/// The object that a record keeps as text; an empty one when it is none.
[[nodiscard]] boost::json::value metadata_json(const std::string& text);

}  // namespace drover::gateway::admin
