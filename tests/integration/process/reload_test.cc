// A reload is all or nothing, and what runs while it happens is still held to its limits.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "integration/gateway_fixture.h"
#include "net/tls/test/certificate_kit.h"

namespace drover::test {
namespace {

using net::testing::Authority;
using net::testing::Certificate;
using ::testing::HasSubstr;

constexpr const char* kHere = "IP:127.0.0.1,DNS:localhost";

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void replace_file(const std::string& with, const std::string& path) {
  std::filesystem::copy_file(with, path, std::filesystem::copy_options::overwrite_existing);
}

/// Whether it comes to be so: a thread takes a reload up at its next turn.
template <class True>
bool comes_true(True&& is_true) {
  for (const auto limit = Clock::now() + kPatience; Clock::now() < limit;) {
    if (is_true()) return true;
  }
  return false;
}

std::string tls(const Certificate& of) {
  return "{ address: \"127.0.0.1:0\", tls: { cert: " + of.cert_file + ", key: " + of.key_file + " } }";
}

/// Everything that a reload can meet: a plain listener, one with TLS, admin pages with TLS, a provider with a CA of its
/// own, an access log.
class Whole {
 public:
  Whole() {
    settings = of("old");
    gateway.emplace(settings);
  }

  config::Settings of(const std::string& model) {
    config::Settings made = load("listen: [ \"127.0.0.1:0\", " + tls(certificate) +
                                 " ]\nadmin: off\nthreads: 2\nhealth: { probe: off }\nproviders:\n" +
                                 "  one: { base_url: \"" + mock.url() + "\", keys: [ { value: " + kKeyOne +
                                 " } ] }\n  secure: { base_url: \"https://127.0.0.1:1/v1\", ca: " + ca_file +
                                 ", keys: [ { value: " + kKeyTwo + " } ] }\nmodels:\n  " + model +
                                 ": { targets: [ one ] }\n  other: { targets: [ secure ] }\n");
    made.admin = config::ListenAddress{
        .host = "127.0.0.1", .port = 0, .tls = config::TlsFiles{admin.cert_file, admin.key_file, {}}};
    made.access_log = log_of(model);
    return made;
  }
  std::string log_of(const std::string& model) { return authority.file_name(model + ".log"); }

  /// Which of the two models is served, and to which log the line goes. (A line is written after its answer has been
  /// sent.)
  bool serves(const std::string& model, const std::string& not_this) {
    if (gateway->post(kChat, chat_body(model)).status != 200) return false;
    if (gateway->post(kChat, chat_body(not_this)).status != 404) return false;
    return comes_true([&] {
      gateway->flush_access_log();
      return text_of(log_of(model)).find("\"" + model + "\"") != std::string::npos;
    });
  }
  /// What a client sees that trusts one authority, on a connection of its own.
  int seen_by(const Authority& trusted, const std::string& model) {
    Gateway client(std::string(kBase) +
                   "providers:\n  g: { base_url: \"https://127.0.0.1:" + std::to_string(gateway->port(1)) +
                   "/v1\", ca: " + trusted.ca_file() + ", keys: [ { value: " + kKeyThree +
                   " } ] }\nmodels: { \"*\": { targets: [ g ] } }\nretry: { same_target: 0 }\n");
    return client.post(kChat, chat_body(model)).status;
  }

  Authority authority;
  Authority next_authority;
  MockProvider mock;
  Certificate certificate = authority.issue(kHere);
  Certificate next = next_authority.issue(kHere);
  Certificate admin = authority.issue(kHere);
  std::string ca_file = authority.file("ca.pem", text_of(authority.ca_file()));
  config::Settings settings;
  std::optional<Gateway> gateway;
};

struct Broken {
  const char* name;
  const char* said;  ///< part of the error
  void (*breaks)(Whole& world, config::Settings& settings);
};

class BrokenReload : public ::testing::TestWithParam<Broken> {};

/// E4: each part is broken in turn, in a reload that would change all of them.
TEST_P(BrokenReload, E4_ChangesNothingWhicheverPartIsBroken) {
  Whole world;
  ASSERT_TRUE(world.serves("old", "new"));
  config::Settings changed = world.of("new");
  GetParam().breaks(world, changed);
  const Result<void> reloaded = world.gateway->reload(std::move(changed));
  ASSERT_FALSE(reloaded.has_value());
  EXPECT_THAT(reloaded.error().message, HasSubstr(GetParam().said));

  for (int round = 0; round < 4; ++round) EXPECT_TRUE(world.serves("old", "new"));  // whatever thread answers
  EXPECT_EQ(text_of(world.log_of("new")), "");
  EXPECT_EQ(world.seen_by(world.authority, "old"), 200);
}

void mixed_pair(Whole& world, config::Settings&) {
  replace_file(world.next.cert_file, world.certificate.cert_file);
}
void no_certificate(Whole&, config::Settings& settings) {
  settings.listen[1].tls->cert = "/nowhere/cert.pem";
}
void no_key(Whole&, config::Settings& settings) {
  settings.listen[1].tls->key = "/nowhere/key.pem";
}
void no_client_ca(Whole&, config::Settings& settings) {
  settings.listen[1].tls->client_ca = "/nowhere/client-ca.pem";
}
void no_admin_key(Whole&, config::Settings& settings) {
  settings.admin->tls->key = "/nowhere/admin-key.pem";
}
void no_upstream_ca(Whole& world, config::Settings&) {
  std::filesystem::remove(world.ca_file);
}
void no_certificate_in_the_upstream_ca(Whole& world, config::Settings&) {
  std::ofstream(world.ca_file) << "nothing of the kind";
}
void no_folder_for_the_log(Whole&, config::Settings& settings) {
  settings.access_log = "/nowhere/access.log";
}

INSTANTIATE_TEST_SUITE_P(
    Each, BrokenReload,
    ::testing::Values(Broken{"CertificateWithAnothersKey", "does not belong to the certificate", &mixed_pair},
                      Broken{"Certificate", "/nowhere/cert.pem", &no_certificate},
                      Broken{"Key", "/nowhere/key.pem", &no_key},
                      Broken{"ClientCa", "/nowhere/client-ca.pem", &no_client_ca},
                      Broken{"AdminKey", "/nowhere/admin-key.pem", &no_admin_key},
                      Broken{"UpstreamCa", "provider 'secure': cannot load the CA file", &no_upstream_ca},
                      Broken{"UpstreamCaWithoutACertificate", "provider 'secure': cannot load the CA file",
                             &no_certificate_in_the_upstream_ca},
                      Broken{"AccessLog", "/nowhere/access.log", &no_folder_for_the_log}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(Reload, E4_ChangesEveryPartTogether) {
  Whole world;
  ASSERT_TRUE(world.serves("old", "new"));
  replace_file(world.next.cert_file, world.certificate.cert_file);
  replace_file(world.next.key_file, world.certificate.key_file);
  ASSERT_TRUE(world.gateway->reload(world.of("new")).has_value());
  EXPECT_TRUE(comes_true([&] { return world.serves("new", "old"); }));
  EXPECT_TRUE(comes_true([&] { return world.seen_by(world.next_authority, "new") == 200; }));
  EXPECT_EQ(world.seen_by(world.authority, "new"), 502);
}

/// A gateway with TLS, whose certificate `right` has signed, and one that has it for its upstream and trusts what is in
/// a file.
struct Trusting {
  explicit Trusting(bool at_first)
      : secure(serving()), ca_file(right.file("trusted.pem", text_of(trust(at_first).ca_file()))), gateway(yaml()) {}

  Gateway serving() {
    std::string yaml = one_provider({mock.url()}, {kKeyTwo});
    const std::string plain = "listen: 127.0.0.1:0\n";
    return Gateway(yaml.replace(yaml.find(plain), plain.size(), "listen: [ " + tls(right.issue(kHere)) + " ]\n"));
  }
  std::string yaml() const {
    return std::string(kBase) +
           "providers:\n  secure: { base_url: \"https://127.0.0.1:" + std::to_string(secure.port()) +
           "/v1\", ca: " + ca_file + ", keys: [ { value: " + kKeyOne +
           " } ] }\nmodels: { gpt-4o: { targets: [ secure ] } }\nretry: { same_target: 0 }\n";
  }
  const Authority& trust(bool it) const { return it ? right : wrong; }
  /// Puts the other authority into the file.
  bool reread(bool now_right) {
    replace_file(trust(now_right).ca_file(), ca_file);
    return gateway.reread().has_value();
  }
  int ask() { return gateway.post(kChat, plain_chat()).status; }

  Authority right;
  Authority wrong;
  MockProvider mock;
  Gateway secure;
  std::string ca_file;
  Gateway gateway;
};

TEST(Reload, E10_AnUpstreamCaIsReadAgain) {
  Trusting world(false);
  ASSERT_EQ(world.ask(), 502);
  ASSERT_TRUE(world.reread(true));
  EXPECT_TRUE(comes_true([&] { return world.ask() == 200; }));
}

TEST(Reload, E10_NoConnectionOrSessionOutlivesTheTrustItWasMadeWith) {
  Trusting world(true);
  for (int request = 0; request < 4; ++request) ASSERT_EQ(world.ask(), 200);
  ASSERT_TRUE(world.reread(false));
  // Both threads: so many in a row do not all go to one of them.
  EXPECT_TRUE(comes_true([&] {
    for (int request = 0; request < 16; ++request) {
      if (world.ask() == 200) return false;
    }
    return true;
  }));
  const std::uint64_t heard = world.mock.requests();
  for (int request = 0; request < 4; ++request) EXPECT_EQ(world.ask(), 502);
  EXPECT_EQ(world.mock.requests(), heard);
}

// ------------------------------------------------------------------------------------------ limits

std::string two_at_once(const std::string& url, int most) {
  return one_provider({url}, {kKeyOne},
                      "clients: [ { name: web, key: { value: client-key-of-the-web }, limits: { concurrent: " +
                          std::to_string(most) + " } } ]\ntimeouts: { queue: 100ms }\n");
}

TEST(Reload, E6_NeverLetsAClientHaveMoreAtOnceThanItsLimit) {
  RawUpstream upstream;
  upstream.always(Say{}
                      .bytes(kStreamHead + chunk(delta("first")))
                      .wait_for_go_on()
                      .bytes(chunk(std::string(kFinish) + kDone) + "0\r\n\r\n"));
  const Fields key = {{"Authorization", "Bearer client-key-of-the-web"}};
  Gateway gateway(two_at_once(url_of(upstream), 2));
  std::vector<HttpClient> streams;
  for (int stream = 0; stream < 2; ++stream) {
    HttpClient& client = streams.emplace_back(gateway.client());
    ASSERT_TRUE(client.send_request("POST", kChat, streamed_chat(), key));
    ASSERT_EQ(client.read_head().status, 200);
  }
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(gateway.reload(load(two_at_once(url_of(upstream), 2))).has_value());
    for (int request = 0; request < 2; ++request) {
      EXPECT_EQ(gateway.post(kChat, streamed_chat(), key).status, 429) << round;
    }
  }
  EXPECT_EQ(upstream.heard().size(), 2U);

  ASSERT_TRUE(gateway.reload(load(two_at_once(url_of(upstream), 3))).has_value());
  HttpClient third = gateway.client();
  ASSERT_TRUE(third.send_request("POST", kChat, streamed_chat(), key));
  EXPECT_EQ(third.read_head().status, 200) << "a higher limit holds at once";
  EXPECT_EQ(gateway.post(kChat, streamed_chat(), key).status, 429);
  upstream.go_on();
}

// ------------------------------------------------------------------------------------------ many providers

TEST(Reload, E8_ASixtySixthProviderIsUsedAndHeldToItsApis) {
  MockProvider mock;
  for (const int last : {65, 199}) {
    std::string yaml = std::string(kBase) + "providers:\n";
    for (int at = 0; at <= last; ++at) {
      yaml += "  p" + std::to_string(at) + ": { base_url: \"" + mock.url() + "\", keys: [ { value: sk-test-many-" +
              std::to_string(1000 + at) + " } ]" + (at == 0 || at == 64 ? ", apis: [ embeddings ]" : "") + " }\n";
    }
    const std::string far = "p" + std::to_string(last);
    yaml += "models:\n  far: { targets: [ " + far + " ] }\n  no-chat: { targets: [ p64 ] }\n" +
            "clients:\n  - { name: all, key: { value: client-key-for-all-1 } }\n" +
            "  - { name: far, key: { value: client-key-for-far-2 }, providers: [ " + far + " ] }\n" +
            "  - { name: near, key: { value: client-key-for-near-3 }, providers: [ p1 ] }\n";
    Gateway gateway(yaml);
    const auto ask = [&](const char* model, const std::string& key) {
      return gateway.post(kChat, chat_body(model), {{"Authorization", "Bearer " + key}}).status;
    };
    EXPECT_EQ(ask("far", "client-key-for-all-1"), 200);
    EXPECT_EQ(ask("far", "client-key-for-far-2"), 200);
    EXPECT_EQ(ask("far", "client-key-for-near-3"), 404);
    EXPECT_EQ(ask("no-chat", "client-key-for-all-1"), 404);
  }
}

}  // namespace
}  // namespace drover::test
