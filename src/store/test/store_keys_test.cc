#include <gtest/gtest.h>

#include "store/records/record_json.h"
#include "store/test/each_database.h"
#include "store/trouble.h"

namespace drover::store {
namespace {

using namespace std::chrono_literals;

class StoreKeys : public EachDatabase {};
INSTANTIATE_TEST_SUITE_P(Store, StoreKeys, testing::Values(Database::Flavor::Sqlite, Database::Flavor::Postgres),
                         flavor_name);

directory::Key full_key() {
  directory::Key key = key_of("key_full", "everything");
  key.former = directory::Key::Former{sha256("old"), "dk_old", kNoon + 24h};
  key.limits.push_back({directory::Unit::Usd,
                        5'000'000'000,
                        {money::WindowKind::Month, 0s, "Asia/Bangkok"},
                        directory::Action::Refuse,
                        {"gpt-*"}});
  key.limits.push_back(
      {directory::Unit::Requests, 60, {money::WindowKind::Rolling, 60s, "UTC"}, directory::Action::Tell, {}});
  key.increase = directory::Increase{money::NanoUsd{7}, kNoon + 1h};
  key.models = {"gpt-*", "claude-sonnet"};
  key.apis = {"chat"};
  key.providers = {"openai"};
  key.networks = {"10.0.0.0/8"};
  key.tags = {"blue"};
  key.owner = "ann@example.com";
  key.metadata = R"({"ticket":"A-1"})";
  key.blocked = true;
  key.expires = kNoon + 720h;
  return key;
}

TEST_P(StoreKeys, ComeBackAsTheyWerePut) {
  const directory::Key key = full_key();
  ASSERT_TRUE(store_->write({.keys = {{key, 0}}}, kNoon));
  const auto found = open_store()->key("key_full");
  ASSERT_TRUE(found && *found);
  directory::Key expected = key;
  expected.changed = kNoon;
  EXPECT_EQ(to_json(**found), to_json(expected));
  EXPECT_EQ((*found)->limits, key.limits);
  EXPECT_EQ((*found)->former->digest, key.former->digest);
  EXPECT_EQ((*found)->increase, key.increase);
  EXPECT_EQ((*found)->expires, key.expires);
}

TEST_P(StoreKeys, AreNotThereBeforeTheyArePut) {
  const auto found = store_->key("key_none");
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->has_value());
}

TEST_P(StoreKeys, OfAnOldVersionAreNotOverwritten) {
  ASSERT_TRUE(store_->write(new_key("key_a", "a"), kNoon));
  const auto read = store_->key("key_a");
  ASSERT_TRUE(read && *read);
  directory::Key mine = **read;
  mine.blocked = true;
  directory::Key theirs = **read;
  theirs.owner = "them";
  ASSERT_TRUE(open_store()->write({.keys = {{theirs, theirs.version}}}, kNoon));
  EXPECT_EQ(code_of(store_->write({.keys = {{mine, mine.version}}}, kNoon)), kVersionConflict);
  const auto now = store_->key("key_a");
  ASSERT_TRUE(now && *now);
  EXPECT_EQ((*now)->owner, "them");
  EXPECT_FALSE((*now)->blocked);
  EXPECT_EQ((*now)->version, 2U);
}

TEST_P(StoreKeys, ThatAreNotThereCannotBeChanged) {
  EXPECT_EQ(code_of(store_->write({.keys = {{key_of("key_a", "a"), 1}}}, kNoon)), kVersionConflict);
}

TEST_P(StoreKeys, HaveNamesOfTheirOwnUntilTheyAreArchived) {
  ASSERT_TRUE(store_->write(new_key("key_a", "ci"), kNoon));
  EXPECT_EQ(code_of(store_->write(new_key("key_b", "ci"), kNoon)), kNameTaken);
  directory::Key old = key_of("key_a", "ci");
  old.archived = true;
  ASSERT_TRUE(store_->write({.keys = {{old, 1}}}, kNoon));
  EXPECT_TRUE(store_->write(new_key("key_b", "ci"), kNoon));
}

TEST_P(StoreKeys, HaveDigestsOfTheirOwn) {
  ASSERT_TRUE(store_->write(new_key("key_a", "a"), kNoon));
  directory::Key other = key_of("key_b", "b");
  other.digest = key_of("key_a", "a").digest;
  EXPECT_EQ(code_of(store_->write({.keys = {{other, 0}}}, kNoon)), kKeyExists);
}

TEST_P(StoreKeys, ChangeTogetherOrNotAtAll) {
  ASSERT_TRUE(store_->write(new_key("key_a", "a"), kNoon));
  Write write = new_key("key_b", "b");
  write.principals.push_back({{.path = "acme"}, 0});
  write.keys.push_back({key_of("key_a", "a"), 0});
  EXPECT_EQ(code_of(store_->write(write, kNoon)), kKeyExists);
  EXPECT_FALSE(store_->key("key_b")->has_value());
  EXPECT_FALSE(store_->principal("acme")->has_value());
  EXPECT_EQ(store_->audit(0, 100)->size(), 1U);
}

TEST_P(StoreKeys, AreToldInTheOrderOfTheirChanges) {
  ASSERT_TRUE(store_->write(new_key("key_a", "a"), kNoon));
  ASSERT_TRUE(store_->write({.principals = {{{.path = "acme", .blocked = true}, 0}}}, kNoon));
  ASSERT_TRUE(store_->write(new_key("key_b", "b"), kNoon));
  const auto first = store_->changes(0, 2);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->more);
  ASSERT_EQ(first->keys.size(), 1U);
  ASSERT_EQ(first->principals.size(), 1U);
  EXPECT_TRUE(first->principals[0].blocked);
  const auto rest = store_->changes(first->change, 2);
  ASSERT_TRUE(rest);
  ASSERT_EQ(rest->keys.size(), 1U);
  EXPECT_EQ(rest->keys[0].id, "key_b");
  EXPECT_FALSE(rest->more);
  const auto none = store_->changes(rest->change, 2);
  EXPECT_TRUE(none->keys.empty() && none->principals.empty());
}

TEST_P(StoreKeys, ThatChangedAgainAreToldOnceAsTheyAreNow) {
  ASSERT_TRUE(store_->write(new_key("key_a", "a"), kNoon));
  directory::Key blocked = key_of("key_a", "a");
  blocked.blocked = true;
  ASSERT_TRUE(store_->write({.keys = {{blocked, 1}}}, kNoon));
  const auto changes = store_->changes(0, 100);
  ASSERT_EQ(changes->keys.size(), 1U);
  EXPECT_TRUE(changes->keys[0].blocked);
}

TEST_P(StoreKeys, OfARestoredBackupAreAskedForAnew) {
  ASSERT_TRUE(store_->write(new_key("key_a", "a"), kNoon));
  const auto changes = store_->changes(1000, 100);
  ASSERT_TRUE(changes);
  EXPECT_TRUE(changes->restarted);
  EXPECT_FALSE(store_->changes(1, 100)->restarted);
}

TEST_P(StoreKeys, ThatCannotBeReadDoNotHideTheOthers) {
  ASSERT_TRUE(store_->write(new_key("key_a", "a"), kNoon));
  ASSERT_TRUE(store_->write(new_key("key_b", "b"), kNoon));
  directly("UPDATE keys SET record = '{\"id\":7}' WHERE id = 'key_a'");
  const auto changes = store_->changes(0, 100);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->unreadable, 1U);
  ASSERT_EQ(changes->keys.size(), 1U);
  EXPECT_EQ(changes->keys[0].id, "key_b");
}

TEST_P(StoreKeys, AreWhatTheyWereWithSqlAndWrongBytesInEveryText) {
  const std::string evil = "'; DROP TABLE keys; --\"$1 \\ %s";
  directory::Key key = key_of("key_" + evil, evil);
  key.principal = key.owner = key.metadata = evil;
  key.models = {evil, "\xff\xfe", std::string("a\0b", 3)};
  Write write{.keys = {{key, 0}},
              .audit = {{.who = evil, .action = evil, .object = evil, .before = evil, .after = evil}}};
  write.remember = Remembered{evil, evil, 201, evil};
  ASSERT_TRUE(store_->write(write, kNoon));
  const auto found = store_->key("key_" + evil);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, evil);
  EXPECT_EQ((*found)->models[0], evil);
  EXPECT_EQ((*found)->models[2],
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(store_->audit(0, 1)->at(0).before, evil);
  EXPECT_EQ((*store_->remembered(evil, kNoon))->answer, evil);
}

TEST_P(StoreKeys, HaveAnAuditFromTheNewestOn) {
  for (const std::string name : {"a", "b", "c"}) ASSERT_TRUE(store_->write(new_key("key_" + name, name), kNoon));
  const auto newest = store_->audit(0, 2);
  ASSERT_EQ(newest->size(), 2U);
  EXPECT_EQ(newest->at(0).object, "key_c");
  EXPECT_EQ(newest->at(0).at, kNoon);
  EXPECT_EQ(newest->at(0).before, "null");
  const auto rest = store_->audit(newest->at(1).number, 10);
  ASSERT_EQ(rest->size(), 1U);
  EXPECT_EQ(rest->at(0).object, "key_a");
}

TEST_P(StoreKeys, AreMadeOnceForOneIdempotencyKey) {
  Write write = new_key("key_a", "a");
  write.remember = Remembered{"ops/1", "digest", 201, "{}"};
  ASSERT_TRUE(store_->write(write, kNoon));
  Write again = new_key("key_b", "b");
  again.remember = write.remember;
  EXPECT_EQ(code_of(store_->write(again, kNoon + 23h)), kIdempotencyUsed);
  EXPECT_EQ((*store_->remembered("ops/1", kNoon + 23h))->status, 201);
  EXPECT_FALSE(store_->remembered("ops/1", kNoon + 25h)->has_value());
  EXPECT_TRUE(store_->write(again, kNoon + 25h));
}

TEST_P(StoreKeys, OfALaterDroverAreNotTouched) {
  ASSERT_TRUE(store_->open());
  directly("UPDATE drover_state SET version = 999");
  const auto opened = open_store()->open();
  EXPECT_EQ(code_of(opened), kNewer);
  EXPECT_NE(opened.error().message.find("later drover"), std::string::npos);
  EXPECT_TRUE(needs_a_person(opened.error()));
}

}  // namespace
}  // namespace drover::store
