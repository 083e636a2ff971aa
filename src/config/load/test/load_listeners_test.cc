#include <gmock/gmock.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FakeWorld tls_world() {
  FakeWorld in = world();
  in.variables["WEB_KEY"] = "canary-client-web-0001";
  in.files["/cert.pem"] = {.text = "-----BEGIN CERTIFICATE-----\n", .mode = 0644};
  in.files["/key.pem"] = {.text = "-----BEGIN PRIVATE KEY-----\n", .mode = 0600};
  in.files["/open.pem"] = {.text = "-----BEGIN PRIVATE KEY-----\n", .mode = 0644};
  in.files["/text"] = {.text = "hello"};
  return in;
}

constexpr std::string_view kClients = "clients: [ { name: web, key: { env: WEB_KEY } } ]\n";

std::string with_clients(const std::string& rest) {
  return one_provider(std::string(kClients) + rest);
}

TEST(Listeners, LeftOutAreLoopback) {
  const Settings settings = loaded(one_provider(""));
  ASSERT_EQ(settings.listen.size(), 1U);
  EXPECT_EQ(settings.listen[0].to_string(), "127.0.0.1:8080");
  EXPECT_TRUE(settings.listen[0].loopback());
  EXPECT_FALSE(settings.listen[0].tls);
  EXPECT_EQ(settings.admin.value().to_string(), "127.0.0.1:8081");
}

TEST(Listeners, AreAnAddressOrAListOfThem) {
  EXPECT_EQ(loaded(one_provider("listen: localhost:9")).listen[0].host, "localhost");
  const Settings settings =
      loaded(with_clients(
                 "listen: [ \"[::1]:9000\", { address: 0.0.0.0:8443, tls: { cert: /cert.pem, key: /key.pem, client_ca: "
                 "/cert.pem } } ]\nadmin: off\n"),
             tls_world());
  ASSERT_EQ(settings.listen.size(), 2U);
  EXPECT_EQ(settings.listen[0].host, "::1");
  EXPECT_EQ(settings.listen[0].port, 9000);
  EXPECT_EQ(settings.listen[0].to_string(), "[::1]:9000");
  EXPECT_EQ(settings.listen[1].tls.value().cert, "/cert.pem");
  EXPECT_EQ(settings.listen[1].tls.value().key, "/key.pem");
  EXPECT_EQ(settings.listen[1].tls.value().client_ca, "/cert.pem");
  EXPECT_FALSE(settings.admin);
}

TEST(Listeners, KnowWhatLoopbackIs) {
  const auto loopback = [](const std::string& host) {
    return ListenAddress{.host = host, .port = 1, .tls = std::nullopt}.loopback();
  };
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "localhost"}) EXPECT_TRUE(loopback(host)) << host;
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "::ffff:127.0.0.1", "128.0.0.1"})
    EXPECT_FALSE(loopback(host)) << host;
}

TEST(Listeners, OutsideLoopbackNeedClients) {
  for (const std::string address : {"0.0.0.0:8080", "\"[::]:8080\"", "192.168.1.5:8080"}) {
    EXPECT_THAT(
        mistakes(one_provider("listen: " + address)),
        ElementsAre(testing::AllOf(
            testing::StartsWith("f:2:9: listen: "),
            HasSubstr(" can be reached from other machines, and without 'clients' everybody who reaches it could "
                      "spend your keys; list the clients and their keys under 'clients', the store of their keys as "
                      "'store', or listen on 127.0.0.1"))));
    EXPECT_THAT(mistakes(with_clients("listen: " + address), tls_world()), IsEmpty());
    EXPECT_THAT(mistakes(one_provider("store: keys.db\nlisten: " + address)), IsEmpty());
  }
}

TEST(Listeners, SuggestTheAddressThatWasMeant) {
  const auto mistake = [](const std::string& address) {
    const auto found = mistakes(one_provider("listen: " + address));
    return found.size() == 1 ? found[0] : "not one mistake";
  };
  const std::string expected = "f:2:9: listen: expected an address such as 127.0.0.1:8080 or [::1]:8080, not ";
  EXPECT_EQ(mistake("8080"), expected + "'8080'; write 127.0.0.1:8080");
  EXPECT_EQ(mistake("\":8080\""), expected + "text in quotes; write 127.0.0.1:8080, or 0.0.0.0:8080");
  EXPECT_EQ(mistake("\"*:8080\""), expected + "text in quotes; write 0.0.0.0:8080");
  EXPECT_EQ(mistake("127.0.0.1"), expected + "'127.0.0.1'; add a port: 127.0.0.1:8080");
  EXPECT_EQ(mistake("::1"), expected + "'::1'; write [::1]:8080");
  EXPECT_EQ(mistake("example.com:80"), expected + "'example.com:80'");
  EXPECT_EQ(mistake("127.1:80"), expected + "'127.1:80'");
  EXPECT_EQ(mistake("127.0.0.1:http"), expected + "'127.0.0.1:http'");
  EXPECT_EQ(mistake("127.0.0.1:70000"), "f:2:9: listen: the port 70000 is above 65535");
}

TEST(Listeners, RefuseOneSocketTwice) {
  EXPECT_THAT(mistakes(one_provider("listen: [ 127.0.0.1:1, 127.0.0.1:1 ]\nadmin: 127.0.0.1:1\n")),
              ElementsAre("f:2:24: listen[1]: 127.0.0.1:1 is in the list already; remove one",
                          "f:3:8: admin: 127.0.0.1:1 is under 'listen' already; give admin a port of its own"));
  EXPECT_THAT(mistakes(one_provider("listen: [ 127.0.0.1:0, 127.0.0.1:0 ]\n")), IsEmpty());
}

TEST(Listeners, H13_CheckTheFilesOfTls) {
  EXPECT_THAT(mistakes(with_clients("listen: [ { address: 0.0.0.0:1, tls: { cert: /none, key: /text } }, { address: "
                                    "0.0.0.0:2, tls: { cert: /cert.pem } } ]"),
                       tls_world()),
              ElementsAre("f:3:46: listen[0].tls.cert: file '/none' does not exist",
                          "f:3:58: listen[0].tls.key: file '/text' holds no PEM block; it must contain a line "
                          "-----BEGIN ...-----",
                          "f:3:96: listen[1].tls: key is missing; write { cert: server.pem, key: server-key.pem }"));
}

TEST(Listeners, H13_WarnWhenThePrivateKeyCanBeReadByEverybody) {
  EXPECT_THAT(
      loaded(one_provider("listen: [ { address: 127.0.0.1:1, tls: { cert: /cert.pem, key: /open.pem } } ]"),
             tls_world())
          .warnings,
      ElementsAre("f:2:64: listen[0].tls.key: file '/open.pem' holds a private key and can be read by everybody; "
                  "chmod 600 it"));
}

TEST(Listeners, RefuseMapsWithoutAnAddressAndOtherShapes) {
  EXPECT_THAT(mistakes(one_provider("listen: [ { tls: { cert: /cert.pem, key: /key.pem } }, [ a ] ]"), tls_world()),
              ElementsAre("f:2:11: listen[0]: address is missing; write { address: 0.0.0.0:8443, tls: { ... } }",
                          "f:2:56: listen[1]: expected an address such as 127.0.0.1:8080 or [::1]:8080, or { address: "
                          "0.0.0.0:8443, tls: { ... } }, not a list"));
}

TEST(Listeners, TheAccessLogIsOffUnlessTheFileSaysWhere) {
  EXPECT_EQ(loaded(one_provider("")).access_log, kNoAccessLog);
  EXPECT_EQ(loaded(one_provider("access_log: stdout")).access_log, kAccessLogToStdout);
  EXPECT_EQ(loaded(one_provider("access_log: /var/log/drover/access.log")).access_log, "/var/log/drover/access.log");
  EXPECT_THAT(mistakes(one_provider("access_log: true")),
              ElementsAre(HasSubstr("expected off, stdout or a file such as /var/log/drover/access.log, not")));
  EXPECT_THAT(mistakes(one_provider("access_log: [ a ]")), ElementsAre(HasSubstr("access_log: expected")));
}

TEST(Listeners, TheFingerprintChangesWithTheText) {
  const std::string one = loaded(one_provider("")).fingerprint;
  EXPECT_EQ(one.size(), 12U);
  EXPECT_EQ(loaded(one_provider("")).fingerprint, one);
  EXPECT_NE(loaded(one_provider("drain: 1s")).fingerprint, one);
}

TEST(Listeners, WarnWhenAdminCanBeReachedFromElsewhere) {
  EXPECT_THAT(loaded(one_provider("admin: 0.0.0.0:9")).warnings,
              ElementsAre("f:2:8: admin: 0.0.0.0:9 can be reached from other machines and asks for no key; it shows "
                          "status and metrics, never keys or prompts"));
  EXPECT_THAT(loaded(one_provider("admin: { address: 0.0.0.0:9, tls: { cert: /cert.pem, key: /key.pem, client_ca: "
                                  "/cert.pem } }"),
                     tls_world())
                  .warnings,
              IsEmpty());
}

TEST(Listeners, N2_TheDefaultOfAdminIsAnAddressLikeAnyOther) {
  for (const char* taken : {"127.0.0.1:8081", "localhost:8081", "[ 127.0.0.1:8080, 127.0.0.1:8081 ]"}) {
    EXPECT_THAT(mistakes(one_provider("listen: " + std::string(taken))),
                ElementsAre(HasSubstr("8081 is also where 'admin' listens when the file does not say where; choose "
                                      "another port, or write admin: 127.0.0.1:8082 or admin: off")))
        << taken;
  }
  EXPECT_THAT(mistakes(one_provider("listen: 127.0.0.1:8081\nadmin: off")), IsEmpty());
  EXPECT_THAT(mistakes(one_provider("listen: 127.0.0.2:8081")), IsEmpty());
  EXPECT_THAT(mistakes(one_provider("listen: \"[::1]:8081\"")), IsEmpty());
}

std::string instead(const ListenOverride& asked, std::string_view text = one_provider("")) {
  Settings settings = loaded(text);
  const auto problem = listen_instead(settings, asked);
  if (problem) return problem->to_string();
  return settings.listen.size() == 1 ? settings.listen[0].to_string() : "several";
}

TEST(Listeners, F12_TheCommandLineChoosesTheAddressOrThePort) {
  EXPECT_EQ(instead({.address = "127.0.0.1:9000", .port = {}}), "127.0.0.1:9000");
  EXPECT_EQ(instead({.address = "[::1]:9000", .port = {}}), "[::1]:9000");
  EXPECT_EQ(instead({.address = {}, .port = 9000}), "127.0.0.1:9000");
  EXPECT_EQ(instead({.address = {}, .port = 0}), "127.0.0.1:0");
}

TEST(Listeners, F12_TheCommandLineIsHeldToTheRulesOfTheFile) {
  EXPECT_THAT(instead({.address = "9000", .port = {}}),
              HasSubstr("command line: --listen: expected an address such as 127.0.0.1:8080 or [::1]:8080"));
  EXPECT_THAT(instead({.address = "0.0.0.0:9000", .port = {}}), HasSubstr("can be reached from other machines"));
  EXPECT_THAT(instead({.address = {}, .port = 8081}), HasSubstr("--port: 127.0.0.1:8081 is where 'admin' listens"));
  EXPECT_THAT(instead({.address = {}, .port = 9000}, one_provider("listen: [ 127.0.0.1:1, 127.0.0.1:2 ]")),
              HasSubstr("listens on 2 addresses"));
}

}  // namespace
}  // namespace drover::config
