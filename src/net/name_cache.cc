#include "net/name_cache.h"

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
  found = alternate(entry.addresses, entry.v4_first);
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

void NameCache::worked(const std::string& name, const boost::asio::ip::address& address) {
  auto at = entries_.find(name);
  if (at != entries_.end()) at->second.v4_first = address.is_v4();
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
