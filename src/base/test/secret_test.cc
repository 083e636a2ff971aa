#include "base/secret.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <type_traits>

namespace drover {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

TEST(Secret, ShowsItsTextOnlyWhenAsked) {
  const Secret secret("sk-canary");
  EXPECT_EQ(secret.reveal(), "sk-canary");
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret().empty());
}

TEST(Secret, CannotBePrintedOrConverted) {
  EXPECT_FALSE(Printable<Secret>);
  EXPECT_FALSE((std::is_convertible_v<Secret, std::string>));
  EXPECT_FALSE((std::is_convertible_v<Secret, std::string_view>));
  EXPECT_FALSE((std::is_convertible_v<std::string, Secret>));
}

TEST(Secret, ComparesByValue) {
  EXPECT_EQ(Secret("a"), Secret("a"));
  EXPECT_NE(Secret("a"), Secret("b"));
}

TEST(Secret, CopiesAndMoves) {
  Secret first("a key that is longer than a short string");
  const Secret copy = first;
  Secret moved = std::move(first);
  EXPECT_EQ(copy, moved);
  Secret assigned;
  assigned = copy;
  EXPECT_EQ(assigned, copy);
  assigned = std::move(moved);
  EXPECT_EQ(assigned, copy);
}

/// The memory of an object, read as bytes. A short text lives inside the object.
std::string memory_of(const unsigned char* place, std::size_t size) {
  const volatile unsigned char* bytes = place;
  std::string copy;
  for (std::size_t at = 0; at < size; ++at) copy += static_cast<char>(bytes[at]);
  return copy;
}

TEST(Secret, H1_WipesItsTextWhenDestroyed) {
  alignas(Secret) unsigned char place[sizeof(Secret)];
  auto* secret = new (place) Secret(std::string("sk-canary"));
  ASSERT_NE(memory_of(place, sizeof place).find("canary"), std::string::npos);
  std::destroy_at(secret);
  EXPECT_EQ(memory_of(place, sizeof place).find("canary"), std::string::npos);
}

TEST(Secret, H1_WipesItsTextWhenMovedFrom) {
  alignas(Secret) unsigned char place[sizeof(Secret)];
  auto* secret = new (place) Secret(std::string("sk-canary"));
  const Secret moved = std::move(*secret);
  EXPECT_EQ(memory_of(place, sizeof place).find("canary"), std::string::npos);
  EXPECT_EQ(moved.reveal(), "sk-canary");
  std::destroy_at(secret);
}

TEST(Secret, H1_WipesItsTextWhenAssignedTo) {
  alignas(Secret) unsigned char place[sizeof(Secret)];
  auto* secret = new (place) Secret(std::string("sk-canary"));
  *secret = Secret(std::string("x"));
  EXPECT_EQ(memory_of(place, sizeof place).find("canary"), std::string::npos);
  EXPECT_EQ(secret->reveal(), "x");
  std::destroy_at(secret);
}

}  // namespace
}  // namespace drover
