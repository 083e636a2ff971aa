#include "directory/key_book.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/hash.h"
#include "money/input_error.h"

namespace drover::directory {
namespace {

constexpr std::size_t kMostPrincipalBytes = 200;
/// Places and terms of keys are looked through when they are more than this, then whenever they have doubled.
constexpr std::size_t kDropAtLeast = 1024;

/// 64 bits of a digest, which is as good as chance.
std::uint64_t word_of(const Digest& digest, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, digest.data() + at, sizeof word);
  return word;
}

/// Whether `path` is `node` or below it.
bool is_below(std::string_view path, std::string_view node) {
  if (node.empty()) return true;
  return path.starts_with(node) && (path.size() == node.size() || path[node.size()] == '/');
}

std::uint64_t hash_numbers(std::uint64_t hash, std::initializer_list<std::int64_t> numbers) {
  for (const std::int64_t each : numbers) {
    hash = hash_detail::fold(hash ^ hash_detail::kMix0, static_cast<std::uint64_t>(each) ^ hash_detail::kMix1);
  }
  return hash;
}

std::uint64_t hash_texts(std::uint64_t hash, const std::vector<std::string>& texts) {
  for (const std::string& each : texts) hash = hash64(each, hash);
  return hash_numbers(hash, {static_cast<std::int64_t>(texts.size())});
}

std::uint64_t hash_terms(const KeyTerms& terms) {
  std::uint64_t hash = 0;
  for (const Limit& each : terms.limits) {
    hash = hash_numbers(hash,
                        {static_cast<std::int64_t>(each.unit), each.amount, static_cast<std::int64_t>(each.window.kind),
                         each.window.span.count(), static_cast<std::int64_t>(each.action)});
    hash = hash_texts(hash64(each.window.zone, hash), each.models);
  }
  if (terms.increase) {
    hash = hash_numbers(hash, {terms.increase->amount.value, terms.increase->until.time_since_epoch().count()});
  }
  for (const auto* texts : {&terms.models, &terms.apis, &terms.providers, &terms.networks, &terms.tags}) {
    hash = hash_texts(hash, *texts);
  }
  return hash;
}

Result<void> check_keys(std::span<const Key> keys) {
  for (const Key& each : keys) {
    if (!KeyNumber::of(each.id)) {
      return fail(money::input_error("key_id", "The id of a key is key_ and 16 letters and digits."));
    }
    if (each.principal.size() > kMostPrincipalBytes) {
      return fail(money::input_error("key_principal", "The path of a principal has at most 200 bytes."));
    }
  }
  return {};
}

}  // namespace

KeyBook::KeyBook() : shards_(kShards) {}

KeyBook::~KeyBook() = default;

std::size_t KeyBook::shard_of(const Digest& digest) {
  return word_of(digest, 0) % kShards;
}

const KeyBook::Entry* KeyBook::entry_of(const Entries& entries, const Digest& digest) {
  if (entries.empty()) return nullptr;
  for (std::size_t at = word_of(digest, 8) % entries.size(); entries[at].terms != nullptr;) {
    if (entries[at].digest == digest) return &entries[at];
    if (++at == entries.size()) at = 0;
  }
  return nullptr;
}

FoundKey KeyBook::find(const Digest& digest, WallTime now) const {
  const Shard& shard = shards_[shard_of(digest)];
  FoundKey found;
  WallTime expires;
  bool blocked = false;
  bool principal_blocked = false;
  {
    const std::lock_guard lock(shard.mutex);
    const Entry* const entry = entry_of(shard.entries, digest);
    if (entry == nullptr || (entry->former && now >= entry->expires)) return found;
    found.id = entry->id;
    found.former = entry->former;
    found.principal = std::shared_ptr<const std::string>(entry->place, &entry->place->path);
    found.terms = entry->terms;
    expires = entry->expires;
    blocked = entry->blocked;
    principal_blocked = entry->place->blocked.load(std::memory_order_acquire);
  }
  found.verdict = blocked             ? KeyVerdict::Blocked
                  : principal_blocked ? KeyVerdict::PrincipalBlocked
                  : now >= expires    ? KeyVerdict::Expired
                                      : KeyVerdict::Known;
  return found;
}

void KeyBook::insert(Entries& entries, Entry&& entry) {
  std::size_t at = word_of(entry.digest, 8) % entries.size();
  while (entries[at].terms != nullptr && entries[at].digest != entry.digest) {
    if (++at == entries.size()) at = 0;
  }
  entries[at] = std::move(entry);
}

KeyBook::Entries KeyBook::changed(const Entries& before, Change&& change) {
  const auto less = [](const KeyId& a, const KeyId& b) { return a.view() < b.view(); };
  std::ranges::sort(change.removed, less);
  const auto stays = [&](const Entry& each) {
    return each.terms != nullptr && !std::ranges::binary_search(change.removed, each.id, less);
  };
  const auto used = static_cast<std::size_t>(std::ranges::count_if(before, stays)) + change.added.size();
  if (used == 0) return {};
  Entries after(used + used / 4 + 1);
  for (const Entry& each : before) {
    if (stays(each)) insert(after, Entry(each));
  }
  for (Entry& each : change.added) insert(after, std::move(each));
  return after;
}

std::shared_ptr<const KeyBook::Place> KeyBook::place_of(const std::string& path) {
  std::shared_ptr<Place>& place = places_[path];
  if (!place) {
    place = std::make_shared<Place>(path);
    place->blocked.store(path_blocked(path), std::memory_order_release);
  }
  return place;
}

std::shared_ptr<const KeyTerms> KeyBook::terms_of(const Key& key) {
  KeyTerms terms{.limits = key.limits,
                 .increase = key.increase,
                 .models = key.models,
                 .apis = key.apis,
                 .providers = key.providers,
                 .networks = key.networks,
                 .tags = key.tags};
  const std::size_t hash = hash_terms(terms);
  for (auto [at, end] = terms_.equal_range(hash); at != end; ++at) {
    if (auto known = at->second.lock(); known && *known == terms) return known;
  }
  auto made = std::make_shared<const KeyTerms>(std::move(terms));
  terms_.emplace(hash, made);
  return made;
}

void KeyBook::add(const Key& key, Changes& changes) {
  take_out(key.id, changes);
  if (key.archived) return;
  Entry entry{.digest = key.digest,
              .id = KeyId(key.id),
              .blocked = key.blocked,
              .expires = key.expires,
              .place = place_of(key.principal),
              .terms = terms_of(key)};
  KeyIndex::Shards shards{.current = static_cast<std::uint16_t>(shard_of(key.digest))};
  if (key.former) {
    Entry former = entry;
    former.digest = key.former->digest;
    former.former = true;
    former.expires = std::min(key.former->until, key.expires);
    shards.former = static_cast<std::uint16_t>(shard_of(former.digest));
    changes[shards.former].added.push_back(std::move(former));
  }
  changes[shards.current].added.push_back(std::move(entry));
  index_.put(*KeyNumber::of(key.id), shards);
}

bool KeyBook::take_out(std::string_view id, Changes& changes) {
  const std::optional<KeyNumber> number = KeyNumber::of(id);
  const std::optional<KeyIndex::Shards> shards = number ? index_.find(*number) : std::nullopt;
  if (!shards) return false;
  for (const std::uint16_t shard : {shards->current, shards->former}) {
    if (shard == KeyIndex::kNoShard) continue;
    Change& change = changes[shard];
    change.removed.emplace_back(id);
    std::erase_if(change.added, [&](const Entry& each) { return each.id.view() == id; });
  }
  index_.erase(*number);
  return true;
}

void KeyBook::publish(std::size_t shard, Entries entries) {
  {
    const std::lock_guard lock(shards_[shard].mutex);
    shards_[shard].entries.swap(entries);
  }
  // What was there before is freed here, behind the lock.
}

void KeyBook::publish(Changes& changes) {
  // Only writers change entries, and they come one after the other: to read them needs no lock.
  for (auto& [shard, change] : changes) publish(shard, changed(shards_[shard].entries, std::move(change)));
  drop_unused();
}

void KeyBook::drop_unused() {
  if (places_.size() + terms_.size() <= std::max(drop_at_, kDropAtLeast)) return;
  std::erase_if(places_, [](const auto& each) { return each.second.use_count() == 1; });
  std::erase_if(terms_, [](const auto& each) { return each.second.expired(); });
  drop_at_ = 2 * (places_.size() + terms_.size());
}

Result<void> KeyBook::put(std::span<const Key> keys) {
  const Result<void> checked = check_keys(keys);
  if (!checked) return checked;
  const std::lock_guard lock(writer_);
  Changes changes;
  for (const Key& each : keys) add(each, changes);
  publish(changes);
  return {};
}

bool KeyBook::remove(std::string_view id) {
  const std::lock_guard lock(writer_);
  Changes changes;
  const bool known = take_out(id, changes);
  publish(changes);
  return known;
}

Result<void> KeyBook::replace_all(std::span<const Key> keys) {
  const Result<void> checked = check_keys(keys);
  if (!checked) return checked;
  const std::lock_guard lock(writer_);
  index_ = {};
  Changes changes;
  for (const Key& each : keys) add(each, changes);
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    const auto change = changes.find(shard);
    publish(shard, change == changes.end() ? Entries{} : changed({}, std::move(change->second)));
  }
  drop_unused();
  return {};
}

bool KeyBook::path_blocked(std::string_view path) const {
  return std::ranges::any_of(blocked_, [&](const std::string& node) { return is_below(path, node); });
}

void KeyBook::set_blocked(std::string_view path, bool blocked) {
  const std::lock_guard lock(writer_);
  std::erase(blocked_, path);
  if (blocked) blocked_.emplace_back(path);
  for (auto& [name, place] : places_) {
    if (is_below(name, path)) place->blocked.store(path_blocked(name), std::memory_order_release);
  }
}

std::size_t KeyBook::size() const {
  const std::lock_guard lock(writer_);
  return index_.size();
}

}  // namespace drover::directory
