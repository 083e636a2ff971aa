// The addresses of names with their age, failures, and which of them worked. Pure: no DNS, no clock.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/instant.h"

namespace drover::net {

using Addresses = std::vector<boost::asio::ip::address>;

class NameCache {
 public:
  /// The bounds of a DNS TTL.
  static constexpr Duration kMinTtl = std::chrono::seconds(1);
  static constexpr Duration kMaxTtl = std::chrono::minutes(5);
  static constexpr Duration kFailureTtl = std::chrono::seconds(2);
  /// How long expired addresses may still be used when the name cannot be resolved.
  static constexpr Duration kMaxStale = std::chrono::hours(1);
  /// How long an address that no connection could be made to is tried last.
  static constexpr Duration kAvoided = std::chrono::seconds(30);
  /// How long an address that worked is still tried, after the others, when name servers no longer tell it: servers
  /// whose answers alternate must not leave us with a dead address alone.
  static constexpr Duration kSpare = std::chrono::minutes(5);
  /// Most addresses kept of one name.
  static constexpr std::size_t kMaxAddresses = 32;

  explicit NameCache(std::size_t max_names) : max_names_(max_names) {}

  enum class Known { Nothing, Found, Failed };
  /// Found: `found` holds the addresses in the order to try, expired ones while a failure is remembered. Failed: no
  /// address is left.
  [[nodiscard]] Known look_up(const std::string& name, Instant now, Addresses& found);
  void resolved(const std::string& name, Addresses addresses, Duration ttl, Instant now);
  void failed(const std::string& name, Instant now);
  void worked(const std::string& name, const boost::asio::ip::address& address, Instant now);
  /// No connection to this address could be made.
  void broke(const std::string& name, const boost::asio::ip::address& address, Instant now);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Past {
    boost::asio::ip::address address;
    Instant avoided_until = Instant::min();
    Instant spare_until = Instant::min();
  };
  struct Entry {
    Addresses addresses;
    std::vector<Past> past;  ///< of addresses that worked or failed lately, at most kMaxAddresses
    Instant fresh_until = Instant::min();
    Instant stale_until = Instant::min();
    Instant failed_until = Instant::min();
    Instant used{};
    bool v4_first = false;
  };

  Entry& entry(const std::string& name, Instant now);
  static Past& past(Entry& entry, const boost::asio::ip::address& address);
  [[nodiscard]] static Addresses in_order(const Entry& entry, Instant now);

  std::size_t max_names_;
  std::unordered_map<std::string, Entry> entries_;
};

/// Alternates the families (RFC 8305 section 4), beginning with IPv4 or IPv6. The order within a family stays.
[[nodiscard]] Addresses alternate(const Addresses& addresses, bool v4_first);

}  // namespace drover::net
