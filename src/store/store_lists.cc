// Keys and principals as an administrator looks for them: page by page, by name, by secret.
#include <algorithm>

#include "store/records/record_json.h"
#include "store/store.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

constexpr std::size_t kMaxListed = 10'000;

}  // namespace

template <class Record, class Read>
Result<std::vector<Record>> Store::behind(std::string_view sql, const std::string& after, std::size_t limit,
                                          Read read) {
  if (auto is = ready(); !is) return fail(is.error());
  const Value values[] = {std::string_view(after),
                          static_cast<std::int64_t>(std::clamp<std::size_t>(limit, 1, kMaxListed))};
  std::vector<Record> found;
  std::optional<Error> trouble;
  const auto ran = database_->run(sql, values, [&](const AnswerRow& row) {
    auto record = read(row.text(0));
    if (record) {
      found.push_back(std::move(*record));
    } else {
      trouble = record.error();
    }
  });
  if (!ran) return fail(ran.error());
  if (trouble) return fail(*std::move(trouble));
  return found;
}

Result<std::vector<directory::Key>> Store::keys_behind(const std::string& after, std::size_t limit) {
  return behind<directory::Key>("SELECT record FROM keys WHERE id > $1 ORDER BY id LIMIT $2", after, limit,
                                key_from_json);
}

Result<std::vector<directory::Principal>> Store::principals_behind(const std::string& after, std::size_t limit) {
  return behind<directory::Principal>("SELECT record FROM principals WHERE id > $1 ORDER BY id LIMIT $2", after, limit,
                                      principal_from_json);
}

Result<std::optional<directory::Key>> Store::one_key(std::string_view sql, const std::string& value) {
  const auto json = record(sql, value);
  if (!json) return fail(json.error());
  if (!*json) return std::nullopt;
  auto key = key_from_json(**json);
  if (!key) return fail(key.error());
  return std::move(*key);
}

Result<std::optional<directory::Key>> Store::key_named(const std::string& name) {
  return one_key("SELECT record FROM keys WHERE name = $1 AND archived = 0", name);
}

Result<std::optional<directory::Key>> Store::key_with(const directory::Digest& digest) {
  return one_key("SELECT record FROM keys WHERE digest = $1", digest_text(digest));
}

}  // namespace drover::store
