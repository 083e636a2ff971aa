#include "net/dns/name_cache.h"

#include <algorithm>
#include <utility>

namespace drover::net {

NameCache::Known NameCache::look_up(const std::string& name, Instant now, Addresses& found) {
  auto at = entries_.find(name);
  if (at == entries_.end()) return Known::Nothing;
  Entry& entry = at->second;
  bool fresh = now < entry.fresh_until;
  bool failing = now < entry.failed_until;
  if (!fresh && !failing) return Known::Nothing;
  entry.used = now;
  if (!fresh && now >= entry.stale_until) return Known::Failed;
  found = in_order(entry, now);
  return Known::Found;
}

void NameCache::resolved(const std::string& name, Addresses addresses, Duration ttl, Instant now) {
  Entry& kept = entry(name, now);
  if (addresses.size() > kMaxAddresses) addresses.resize(kMaxAddresses);
  kept.addresses = std::move(addresses);
  kept.fresh_until = after(now, std::clamp(ttl, kMinTtl, kMaxTtl));
  kept.stale_until = after(kept.fresh_until, kMaxStale);
  kept.failed_until = Instant::min();
}

void NameCache::failed(const std::string& name, Instant now) {
  entry(name, now).failed_until = after(now, kFailureTtl);
}

void NameCache::worked(const std::string& name, const boost::asio::ip::address& address, Instant now) {
  auto at = entries_.find(name);
  if (at == entries_.end()) return;
  at->second.v4_first = address.is_v4();
  past(at->second, address) = {.address = address, .spare_until = after(now, kSpare)};
}

void NameCache::broke(const std::string& name, const boost::asio::ip::address& address, Instant now) {
  auto at = entries_.find(name);
  if (at == entries_.end()) return;
  past(at->second, address).avoided_until = after(now, kAvoided);
}

NameCache::Past& NameCache::past(Entry& entry, const boost::asio::ip::address& address) {
  auto known = std::ranges::find(entry.past, address, &Past::address);
  if (known != entry.past.end()) return *known;
  if (entry.past.size() < kMaxAddresses) return entry.past.emplace_back(Past{.address = address});
  auto latest = [](const Past& p) { return std::max(p.avoided_until, p.spare_until); };
  auto oldest = std::ranges::min_element(entry.past, {}, latest);
  *oldest = {.address = address};
  return *oldest;
}

/// First the addresses that name servers tell now, then older ones that worked, last those that failed.
Addresses NameCache::in_order(const Entry& entry, Instant now) {
  Addresses good;
  Addresses avoided;
  for (const auto& address : entry.addresses) {
    auto known = std::ranges::find(entry.past, address, &Past::address);
    bool avoid = known != entry.past.end() && now < known->avoided_until;
    (avoid ? avoided : good).push_back(address);
  }
  Addresses order = alternate(good, entry.v4_first);
  for (const Past& past : entry.past) {
    bool told = std::ranges::find(entry.addresses, past.address) != entry.addresses.end();
    if (!told && now < past.spare_until && now >= past.avoided_until) order.push_back(past.address);
  }
  avoided = alternate(avoided, entry.v4_first);
  order.insert(order.end(), avoided.begin(), avoided.end());
  return order;
}

NameCache::Entry& NameCache::entry(const std::string& name, Instant now) {
  auto at = entries_.find(name);
  if (at == entries_.end()) {
    if (entries_.size() >= max_names_) {
      auto older = [](const auto& a, const auto& b) { return a.second.used < b.second.used; };
      entries_.erase(std::min_element(entries_.begin(), entries_.end(), older));
    }
    at = entries_.try_emplace(name).first;
  }
  at->second.used = now;
  return at->second;
}

Addresses alternate(const Addresses& addresses, bool v4_first) {
  Addresses first;
  Addresses second;
  for (const auto& address : addresses) (address.is_v4() == v4_first ? first : second).push_back(address);
  Addresses mixed;
  for (std::size_t at = 0; at < std::max(first.size(), second.size()); ++at) {
    if (at < first.size()) mixed.push_back(first[at]);
    if (at < second.size()) mixed.push_back(second[at]);
  }
  return mixed;
}

}  // namespace drover::net
