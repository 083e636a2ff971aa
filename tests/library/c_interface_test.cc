// Every function of drover.h with NULL for every pointer: a mistake that is said, never a crash.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

#include "drover/drover.h"

namespace drover::test {
namespace {

/// A file that needs no network, and a balancer of it.
class CInterface : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(file_) << "providers: { one: { base_url: \"http://127.0.0.1:1/v1\", "
                            "keys: [ { value: sk-test-0a1b2c3d } ] } }\n"
                            "models: { gpt-4o: { targets: [ one ] } }\nhealth: { probe: off }\n";
    balancer_ = drover_balancer_create(file_.c_str());
    ASSERT_NE(balancer_, nullptr) << drover_last_error();
  }
  void TearDown() override {
    drover_balancer_destroy(balancer_);
    std::remove(file_.c_str());
  }
  std::string file_ = ::testing::TempDir() + "c_interface_" + std::to_string(::getpid()) + ".yaml";
  drover_balancer* balancer_ = nullptr;
};

void expect_null_handle(const char* function) {
  EXPECT_EQ(drover_last_code(), std::string("null_handle")) << function;
  EXPECT_NE(drover_last_error(), std::string()) << function;
}

/// Another error comes first, so that this one is the call's own.
#define EXPECT_SAYS_NULL(call)                              \
  do {                                                      \
    ASSERT_EQ(drover_balancer_create("/nowhere"), nullptr); \
    call;                                                   \
    expect_null_handle(#call);                              \
  } while (false)

TEST_F(CInterface, E13_EveryFunctionTakesANullHandleForAMistakeAndNoCrash) {
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_chat(nullptr, nullptr, nullptr), nullptr));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_chat(nullptr, "m", "hello"), nullptr));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_post(nullptr, nullptr, nullptr), nullptr));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_chat_stream(nullptr, nullptr, nullptr), nullptr));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_stream_next(nullptr), nullptr));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_stream_failed(nullptr), 1));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_pick(nullptr, nullptr), nullptr));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_lease_key(nullptr), nullptr));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_lease_base_url(nullptr), nullptr));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_lease_model(nullptr), nullptr));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_lease_target(nullptr), nullptr));
  EXPECT_SAYS_NULL(drover_lease_succeeded(nullptr, 1.0));
  EXPECT_SAYS_NULL(EXPECT_EQ(drover_lease_failed(nullptr, 500, nullptr), 0));
  drover_client_destroy(nullptr);
  drover_stream_destroy(nullptr);
  drover_balancer_destroy(nullptr);
  drover_lease_destroy(nullptr);
  drover_free(nullptr);
}

TEST_F(CInterface, E13_EveryOtherPointerMayBeNull) {
  drover_client* const client = drover_client_create(file_.c_str());
  ASSERT_NE(client, nullptr) << drover_last_error();
  EXPECT_EQ(drover_post(client, nullptr, nullptr), nullptr);
  EXPECT_EQ(drover_last_code(), std::string("bad_path"));
  EXPECT_EQ(drover_post(client, "/v1/chat/completions", nullptr), nullptr);
  EXPECT_NE(drover_last_error(), std::string());
  drover_client_destroy(client);

  drover_lease* const lease = drover_pick(balancer_, nullptr);
  ASSERT_NE(lease, nullptr) << drover_last_error();
  EXPECT_NE(drover_lease_key(lease), nullptr);
  EXPECT_NE(drover_lease_base_url(lease), nullptr);
  EXPECT_NE(drover_lease_model(lease), nullptr);
  EXPECT_NE(drover_lease_target(lease), nullptr);
  EXPECT_EQ(drover_lease_failed(lease, 500, nullptr), 1);
  drover_lease_succeeded(lease, std::numeric_limits<double>::quiet_NaN());  // settled already: no matter
  drover_lease_destroy(lease);
}

TEST_F(CInterface, E13_ALeaseThatPickDidNotGiveCanBeUsedAsOne) {
  // What a caller does who forgets to look: the only key rests, and pick returns NULL.
  drover_lease* const first = drover_pick(balancer_, nullptr);
  ASSERT_NE(first, nullptr);
  (void)drover_lease_failed(first, 429, "60");
  drover_lease_destroy(first);
  drover_lease* const none = drover_pick(balancer_, nullptr);
  ASSERT_EQ(none, nullptr);
  EXPECT_EQ(drover_lease_key(none), nullptr);
  EXPECT_EQ(drover_lease_failed(none, 0, nullptr), 0);
  drover_lease_succeeded(none, 0);
  drover_lease_destroy(none);
}

}  // namespace
}  // namespace drover::test
