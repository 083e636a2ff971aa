// What the tests of the store share: a folder of their own, rows and keys to put, and both kinds of database.
#pragma once

#include <filesystem>
#include <string>

#include "base/sha256.h"
#include "store/store.h"

namespace drover::store {

/// A folder that is removed with this object.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drover-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// 2026-11-30 12:00 UTC.
inline constexpr WallTime kNoon = std::chrono::sys_days(std::chrono::year{2026} / 11 / 30) + std::chrono::hours(12);

inline LedgerRow row_of(const std::string& id, const std::string& principal = "acme/search/key_a",
                        WallTime started = kNoon) {
  LedgerRow row;
  row.id = id;
  row.started = started;
  row.completed = started;
  row.principal = principal;
  row.tags = {"blue", "night"};
  row.api = "chat";
  row.dialect = "openai";
  row.model_asked = "fast";
  row.model_answered = "gpt-4o-mini";
  row.target = "openai/main";
  row.provider = "openai";
  row.status = 200;
  row.outcome = "ok";
  row.attempts = 1;
  row.tokens = {.input_uncached = 100, .cache_read = 20, .cache_write_5m = 3, .output = 50, .reasoning = 10};
  row.cost = money::NanoUsd{1500};
  row.cost_source = CostSource::Priced;
  row.price_version = "2026-11-01";
  return row;
}

inline directory::Key key_of(const std::string& id, const std::string& name) {
  directory::Key key;
  key.id = id;
  key.name = name;
  key.principal = "acme/search";
  key.digest = sha256(id);
  key.shown = "dk_aB3x…9Zq1";
  key.created = kNoon;
  return key;
}

inline Write new_key(const std::string& id, const std::string& name) {
  Write write;
  write.keys.push_back({key_of(id, name), 0});
  write.audit.push_back({.who = "ops", .action = "key.create", .object = id, .after = "{\"name\":\"x\"}"});
  return write;
}

/// The error's code; "" when there is none.
template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : result.error().code;
}

}  // namespace drover::store
