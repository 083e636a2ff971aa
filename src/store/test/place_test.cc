#include "store/place.h"

#include <gtest/gtest.h>

#include "store/test/store_test_kit.h"
#include "store/trouble.h"

namespace drover::store {
namespace {

TEST(Place, TakesABarePathForASqliteFile) {
  for (const std::string text : {"ledger.db", "sqlite:ledger.db"}) {
    const auto place = parse_place(text);
    ASSERT_TRUE(place) << text;
    EXPECT_EQ(place->kind, Place::Kind::Sqlite);
    EXPECT_EQ(place->path, "ledger.db");
  }
  EXPECT_EQ(parse_place("sqlite:///var/lib/drover/ledger.db")->path, "/var/lib/drover/ledger.db");
}

TEST(Place, ReadsTheWholeOfAPostgresUrl) {
  const auto place = parse_place("postgres://dro%76er:p%40ss:w@rd@db.example:6432/led%2Fger?sslmode=require");
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_EQ(place->user, "drover");
  EXPECT_EQ(place->password.reveal(), "p@ss:w@rd");
  EXPECT_EQ(place->host, "db.example");
  EXPECT_EQ(place->port, 6432);
  EXPECT_EQ(place->database, "led/ger");
  ASSERT_EQ(place->options.size(), 1U);
  EXPECT_EQ(place->options[0].second, "require");
}

TEST(Place, ReadsSocketFoldersAndIpv6Addresses) {
  EXPECT_EQ(parse_place("postgresql:///ledger?host=/run/postgresql")->host, "/run/postgresql");
  const auto place = parse_place("postgres://drover@[::1]:5433/ledger");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->host, "::1");
  EXPECT_EQ(shown(*place), "postgres://drover@[::1]:5433/ledger");
}

TEST(Place, IsShownWithoutItsPassword) {
  const auto place = parse_place("postgres://drover:tops3cret@db/ledger");
  ASSERT_TRUE(place);
  EXPECT_EQ(shown(*place), "postgres://drover@db:5432/ledger");
}

TEST(Place, ErrorsNeverHoldThePassword) {
  for (const std::string text :
       {"postgres://u:tops3cret@db", "postgres://u:tops3cret@db:0/x", "postgres://u:tops3cret%@db/x",
        "mysql://u:tops3cret@db/x", "postgres://u:tops3cret@db/x?tops3cret=1", "postgres://u:tops3cret@a,b/x",
        "postgres://u:tops3cret@[::1/x", "postgres://u:tops3cret%00@db/x", "postgres://u:p#tops3cret@db/x"}) {
    const auto place = parse_place(text);
    EXPECT_EQ(code_of(place), kBadPlace) << text;
    if (place) continue;
    EXPECT_EQ(place.error().message.find("tops3cret"), std::string::npos) << place.error().message;
  }
}

TEST(Place, RefusesWhatIsNoPlace) {
  for (const std::string& text : {std::string(), std::string("sqlite:"), std::string(":memory:"),
                                  std::string("file:x?mode=ro"), std::string("a\0b", 3), std::string(5000, 'x')}) {
    EXPECT_EQ(code_of(parse_place(text)), kBadPlace) << text;
  }
}

}  // namespace
}  // namespace drover::store
