#include "directory/key_book.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "base/random.h"
#include "base/sha256.h"

namespace drover::directory {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow = std::chrono::sys_days(std::chrono::year(2026) / 5 / 17);

std::string id_of(int number) {
  std::string digits = std::to_string(number);
  return "key_" + std::string(16 - digits.size(), '0') + digits;
}

Key key(int number, std::string principal = "acme/search") {
  return {.id = id_of(number),
          .name = "k" + std::to_string(number),
          .principal = std::move(principal),
          .digest = sha256("secret " + std::to_string(number)),
          .shown = "dk_aaaa…bbbb"};
}

void put(KeyBook& book, const Key& one) {
  ASSERT_TRUE(book.put({&one, 1}));
}

KeyVerdict verdict(const KeyBook& book, int number, WallTime now = kNow) {
  return book.find(sha256("secret " + std::to_string(number)), now).verdict;
}

TEST(KeyBook, FindsAKeyWithWhatItMayDo) {
  KeyBook book;
  Key one = key(1);
  one.models = {"gpt-*"};
  one.limits = {{.unit = Unit::Usd, .amount = 5}};
  put(book, one);
  const FoundKey found = book.find(one.digest, kNow);
  EXPECT_EQ(found.verdict, KeyVerdict::Known);
  EXPECT_EQ(found.id.view(), one.id);
  EXPECT_EQ(*found.principal, "acme/search");
  EXPECT_EQ(found.terms->models, one.models);
  EXPECT_EQ(found.terms->limits, one.limits);
  EXPECT_EQ(verdict(book, 2), KeyVerdict::Unknown);
}

TEST(KeyBook, AnEmptyBookKnowsNobody) {
  const KeyBook book;
  EXPECT_EQ(verdict(book, 1), KeyVerdict::Unknown);
  EXPECT_EQ(book.find(Digest{}, kNow).verdict, KeyVerdict::Unknown);
  EXPECT_EQ(book.size(), 0U);
}

TEST(KeyBook, JudgesExpiryWhenItIsAsked) {
  KeyBook book;
  Key one = key(1);
  one.expires = kNow + 1h;
  put(book, one);
  EXPECT_EQ(verdict(book, 1, kNow + 1h - 1us), KeyVerdict::Known);
  EXPECT_EQ(verdict(book, 1, kNow + 1h), KeyVerdict::Expired);
}

TEST(KeyBook, AFormerSecretWorksUntilItsTime) {
  KeyBook book;
  Key one = key(2);
  one.former = Key::Former{.digest = sha256("secret 1"), .shown = {}, .until = kNow + 1h};
  put(book, one);
  EXPECT_TRUE(book.find(sha256("secret 1"), kNow).former);
  EXPECT_FALSE(book.find(sha256("secret 2"), kNow).former);
  EXPECT_EQ(verdict(book, 1, kNow + 1h), KeyVerdict::Unknown);
  EXPECT_EQ(verdict(book, 2, kNow + 1h), KeyVerdict::Known);
  one.former.reset();
  put(book, one);
  EXPECT_EQ(verdict(book, 1), KeyVerdict::Unknown);
  EXPECT_EQ(book.size(), 1U);
}

TEST(KeyBook, ARotatedSecretIsGoneAtOnceWithoutAGracePeriod) {
  KeyBook book;
  Key one = key(1);
  put(book, one);
  one.digest = sha256("secret 2");
  put(book, one);
  EXPECT_EQ(verdict(book, 1), KeyVerdict::Unknown);
  EXPECT_EQ(verdict(book, 2), KeyVerdict::Known);
}

TEST(KeyBook, BlockedArchivedAndRemovedKeysDoNotWork) {
  KeyBook book;
  Key blocked = key(1);
  blocked.blocked = true;
  blocked.expires = kNow - 1h;
  put(book, blocked);
  EXPECT_EQ(verdict(book, 1), KeyVerdict::Blocked);
  blocked.archived = true;
  put(book, blocked);
  EXPECT_EQ(verdict(book, 1), KeyVerdict::Unknown);
  put(book, key(2));
  EXPECT_TRUE(book.remove(id_of(2)));
  EXPECT_FALSE(book.remove(id_of(2)));
  EXPECT_FALSE(book.remove("no id"));
  EXPECT_EQ(verdict(book, 2), KeyVerdict::Unknown);
}

TEST(KeyBook, ABlockedNodeBlocksAllBelowItAndNothingBeside) {
  KeyBook book;
  put(book, key(1, "acme/search"));
  put(book, key(2, "acme"));
  put(book, key(3, "acme2"));
  put(book, key(4, ""));
  book.set_blocked("acme", true);
  put(book, key(5, "acme/new"));
  for (const int below : {1, 2, 5}) EXPECT_EQ(verdict(book, below), KeyVerdict::PrincipalBlocked) << below;
  for (const int beside : {3, 4}) EXPECT_EQ(verdict(book, beside), KeyVerdict::Known) << beside;
  book.set_blocked("acme/search", true);
  book.set_blocked("acme", false);
  EXPECT_EQ(verdict(book, 1), KeyVerdict::PrincipalBlocked);
  EXPECT_EQ(verdict(book, 2), KeyVerdict::Known);
  book.set_blocked("", true);
  EXPECT_EQ(verdict(book, 4), KeyVerdict::PrincipalBlocked);
}

TEST(KeyBook, RefusesWhatIsNoKeyBeforeAnythingChanges) {
  KeyBook book;
  std::vector<Key> keys{key(1), key(2)};
  for (const char* id : {"", "key_", "key_'; DROP TABLE keys;--", "kex_0000000000000001", "key_000000000000000é"}) {
    keys[1].id = id;
    EXPECT_EQ(book.put(keys).error().code, "key_id") << id;
  }
  keys[1] = key(2, std::string(201, 'a'));
  EXPECT_EQ(book.put(keys).error().code, "key_principal");
  EXPECT_EQ(book.size(), 0U);
}

TEST(KeyBook, TheLaterOfTwoKeysWithOneIdOrOneDigestHolds) {
  KeyBook book;
  std::vector<Key> keys{key(1), key(1)};
  keys[1].principal = "later";
  ASSERT_TRUE(book.put(keys));
  EXPECT_EQ(*book.find(keys[0].digest, kNow).principal, "later");
  EXPECT_EQ(book.size(), 1U);
  Key twin = key(2, "twin");
  twin.digest = keys[0].digest;
  put(book, twin);
  EXPECT_EQ(*book.find(twin.digest, kNow).principal, "twin");
}

TEST(KeyBook, ReplaceAllForgetsWhoIsNotThere) {
  KeyBook book;
  put(book, key(1));
  put(book, key(2));
  const std::vector<Key> keys{key(2), key(3)};
  ASSERT_TRUE(book.replace_all(keys));
  EXPECT_EQ(verdict(book, 1), KeyVerdict::Unknown);
  EXPECT_EQ(verdict(book, 2), KeyVerdict::Known);
  EXPECT_EQ(verdict(book, 3), KeyVerdict::Known);
  EXPECT_EQ(book.size(), 2U);
}

TEST(KeyBook, EqualTermsAreShared) {
  KeyBook book;
  std::vector<Key> keys;
  for (int at = 0; at < 3; ++at) keys.push_back(key(at));
  for (Key& each : keys) each.limits = {{.unit = Unit::Usd, .amount = 5}};
  keys[2].limits[0].amount = 6;
  ASSERT_TRUE(book.put(keys));
  EXPECT_EQ(book.find(keys[0].digest, kNow).terms, book.find(keys[1].digest, kNow).terms);
  EXPECT_NE(book.find(keys[0].digest, kNow).terms, book.find(keys[2].digest, kNow).terms);
}

TEST(KeyBook, AgreesWithAMapUnderRandomChanges) {
  Random random(5);
  KeyBook book;
  std::map<int, Key> model;       // by key
  std::map<Digest, int> digests;  // of the current secrets
  int secrets = 0;
  for (int step = 0; step < 20'000; ++step) {
    const int number = static_cast<int>(random.below(300));
    const auto known = model.find(number);
    if (random.below(3) == 0) {
      EXPECT_EQ(book.remove(id_of(number)), known != model.end());
      if (known != model.end()) {
        digests.erase(known->second.digest);
        model.erase(known);
      }
      continue;
    }
    if (known != model.end()) digests.erase(known->second.digest);
    Key next = key(number, "team" + std::to_string(random.below(2'000)));
    next.digest = sha256("random " + std::to_string(++secrets));
    put(book, next);
    digests[next.digest] = number;
    model[number] = next;
  }
  EXPECT_EQ(book.size(), model.size());
  for (int secret = 1; secret <= secrets; ++secret) {
    const Digest digest = sha256("random " + std::to_string(secret));
    const FoundKey found = book.find(digest, kNow);
    const auto owner = digests.find(digest);
    ASSERT_EQ(found.verdict == KeyVerdict::Known, owner != digests.end());
    if (owner == digests.end()) continue;
    EXPECT_EQ(found.id.view(), id_of(owner->second));
    EXPECT_EQ(*found.principal, model[owner->second].principal);
  }
}

TEST(KeyBookThreads, ARevocationHoldsOnEveryThreadOnceItHasReturned) {
  KeyBook book;
  std::vector<Key> keys;
  for (int at = 0; at < 64; ++at) keys.push_back(key(at));
  ASSERT_TRUE(book.put(keys));
  std::atomic<int> revoked = 0;  // keys below this are
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers;
  for (int thread = 0; thread < 3; ++thread) {
    readers.emplace_back([&] {
      while (!stop) {
        const int sure = revoked;
        for (int at = 0; at < 64; ++at) {
          const KeyVerdict found = book.find(keys[static_cast<std::size_t>(at)].digest, kNow).verdict;
          if (at < sure && found == KeyVerdict::Known) ++wrong;
        }
      }
    });
  }
  for (int at = 0; at < 64; ++at) {
    if (at % 2 == 0) {
      book.remove(id_of(at));
    } else {
      Key blocked = key(at);
      blocked.blocked = true;
      put(book, blocked);
    }
    revoked = at + 1;
  }
  stop = true;
  for (std::thread& each : readers) each.join();
  EXPECT_EQ(wrong, 0);
}

TEST(KeyBookThreads, ARotationLeavesNoMomentWithoutTheSecretInUse) {
  KeyBook book;
  Key one = key(0);
  put(book, one);
  std::atomic<int> usable = 0;  // this secret works until the next rotation but one
  std::atomic<bool> stop = false;
  std::atomic<int> missed = 0;
  std::thread reader([&] {
    while (!stop) {
      const int secret = usable;
      const bool found = verdict(book, secret) == KeyVerdict::Known;
      if (!found && usable - secret < 1) ++missed;
    }
  });
  for (int rotation = 1; rotation < 3'000; ++rotation) {
    one.former = Key::Former{.digest = one.digest, .shown = {}, .until = kNow + 1h};
    one.digest = sha256("secret " + std::to_string(rotation));
    put(book, one);
    usable = rotation;
  }
  stop = true;
  reader.join();
  EXPECT_EQ(missed, 0);
}

TEST(KeyBookThreads, AKeyThatStaysIsFoundAllTheTime) {
  KeyBook book;
  std::vector<Key> keys;
  for (int at = 0; at < 3'000; ++at) keys.push_back(key(at));
  ASSERT_TRUE(book.put(keys));
  std::atomic<bool> stop = false;
  std::atomic<int> missed = 0;
  std::thread reader([&] {
    while (!stop) {
      for (int at = 0; at < 100; ++at) missed += verdict(book, at) == KeyVerdict::Known ? 0 : 1;
    }
  });
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(book.put(keys));
    ASSERT_TRUE(book.replace_all(std::span(keys).first(round % 2 == 0 ? 100U : 3'000U)));
    book.set_blocked("other" + std::to_string(round), true);
  }
  stop = true;
  reader.join();
  EXPECT_EQ(missed, 0);
}

}  // namespace
}  // namespace drover::directory
