// TLS on both sides: one gateway serves it, another verifies it as its upstream. What cannot be verified is never used,
// and another provider is.
#include <filesystem>

#include "integration/gateway_fixture.h"
#include "net/tls/test/certificate_kit.h"

namespace drover::test {
namespace {

using net::testing::Authority;
using net::testing::Certificate;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kHere = "IP:127.0.0.1,DNS:localhost";

/// A gateway with a TLS listener in front of the mock: the upstream of the others.
std::string serving(const std::string& cert, const std::string& key, const MockProvider& mock) {
  std::string yaml = one_provider({mock.url()}, {kKeyTwo});
  const std::string plain = "listen: 127.0.0.1:0\n";
  return yaml.replace(yaml.find(plain), plain.size(),
                      "listen: [ { address: \"127.0.0.1:0\", tls: { cert: " + cert + ", key: " + key + " } } ]\n");
}
std::string serving(const Certificate& certificate, const MockProvider& mock) {
  return serving(certificate.cert_file, certificate.key_file, mock);
}

/// A gateway that trusts `ca` only; `spare` is asked after it, when there is one.
std::string trusting(const std::string& ca, const Gateway& upstream, const std::string& spare = {},
                     const std::string& host = "127.0.0.1") {
  std::string yaml = std::string(kBase) + "providers:\n  secure: { base_url: \"https://" + host + ":" +
                     std::to_string(upstream.port()) + "/v1\", ca: " + ca + ", keys: [ { value: " + kKeyOne +
                     " } ] }\n";
  std::string targets = "{ provider: secure }";
  if (!spare.empty()) {
    yaml += "  spare: { base_url: \"" + spare + "\", keys: [ { value: " + kKeyThree + " } ] }\n";
    targets += ", { provider: spare, priority: 1 }";
  }
  return yaml + "models: { gpt-4o: { targets: [ " + targets + " ] } }\nretry: { same_target: 0 }\n";
}

TEST(Tls, CarriesPlainAndStreamedAnswersWholeOnBothSides) {
  Authority authority;
  mock::Settings settings = mock_settings();
  settings.cuts = mock::Cuts::Random;
  MockProvider mock(settings);
  Gateway secure(serving(authority.issue(kHere), mock));
  Gateway gateway(trusting(authority.ca_file(), secure));
  HttpClient client = gateway.client();
  for (int request = 0; request < 10; ++request) {
    const bool streamed = request % 2 == 1;
    const Answer answer = client.post(kChat, streamed ? streamed_chat() : plain_chat());
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_TRUE(answer.whole());
    EXPECT_EQ(answer.body, mock.last().body);
  }
}

TEST(Tls, AnAnswerOfMegabytesPassesWhole) {
  Authority authority;
  RawUpstream upstream;
  const std::string body = "{\"object\":\"list\",\"data\":\"" + std::string(5 << 20, 'd') + "\"}";
  upstream.always(Say{}.bytes(sized(body)));
  MockProvider unused;
  const Certificate certificate = authority.issue(kHere);
  std::string yaml = serving(certificate, unused);
  yaml.replace(yaml.find(unused.url()), unused.url().size(), url_of(upstream));
  Gateway secure(yaml);
  Gateway gateway(trusting(authority.ca_file(), secure));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_TRUE(answer.whole());
  EXPECT_TRUE(answer.body == body);
}

struct Untrusted {
  const char* name;
  enum class What : std::uint8_t { Expired, OtherHost, SelfSigned, OtherAuthority } what;
};

class UntrustedUpstream : public ::testing::TestWithParam<Untrusted> {};

TEST_P(UntrustedUpstream, IsA502WithItsCauseOrAnotherProviderIsUsed) {
  Authority authority;
  Authority stranger;
  MockProvider mock;
  Certificate certificate;
  switch (GetParam().what) {
    case Untrusted::What::Expired: certificate = authority.issue_expired(kHere); break;
    case Untrusted::What::OtherHost: certificate = authority.issue("DNS:elsewhere.example"); break;
    case Untrusted::What::SelfSigned: certificate = authority.issue_self_signed(kHere); break;
    case Untrusted::What::OtherAuthority: certificate = stranger.issue(kHere); break;
  }
  Gateway secure(serving(certificate, mock));
  Gateway alone(trusting(authority.ca_file(), secure));
  const Answer refused = alone.post(kChat, plain_chat());
  EXPECT_EQ(refused.status, 502);
  EXPECT_THAT(refused.body, HasSubstr("\"tls_"));
  const bool expired = GetParam().what == Untrusted::What::Expired;
  EXPECT_EQ(refused.body.find("tls_cert_expired") != std::string::npos, expired) << refused.body;
  EXPECT_EQ(mock.requests(), 0U);

  MockProvider spare;
  Gateway backed(trusting(authority.ca_file(), secure, spare.url()));
  for (int request = 0; request < 3; ++request) EXPECT_EQ(backed.post(kChat, streamed_chat()).status, 200);
  EXPECT_EQ(mock.requests(), 0U);
  EXPECT_EQ(spare.requests(), 3U);
}

INSTANTIATE_TEST_SUITE_P(A7_A8, UntrustedUpstream,
                         ::testing::Values(Untrusted{"A7_Expired", Untrusted::What::Expired},
                                           Untrusted{"A8_OtherHost", Untrusted::What::OtherHost},
                                           Untrusted{"A8_SelfSigned", Untrusted::What::SelfSigned},
                                           Untrusted{"A8_OtherAuthority", Untrusted::What::OtherAuthority}),
                         [](const auto& of) { return std::string(of.param.name); });

TEST(Tls, TheNameInTheUrlIsResolvedAndVerified) {
  Authority authority;
  MockProvider mock;
  Gateway secure(serving(authority.issue("DNS:localhost"), mock));
  Gateway by_name(trusting(authority.ca_file(), secure, {}, "localhost"));
  EXPECT_EQ(by_name.post(kChat, plain_chat()).status, 200);
  Gateway by_address(trusting(authority.ca_file(), secure));
  EXPECT_EQ(by_address.post(kChat, plain_chat()).status, 502);
}

TEST(Tls, E21_APlainRequestToATlsPortIsNotServed) {
  Authority authority;
  MockProvider mock;
  Gateway secure(serving(authority.issue(kHere), mock));
  HttpClient client = secure.client();
  client.send_request("POST", kChat, plain_chat());
  EXPECT_NE(client.read_answer().status, 200);
  EXPECT_EQ(mock.requests(), 0U);
}

TEST(Tls, ACertificateIsReadAgainWithoutARestart) {
  Authority old_authority;
  Authority new_authority;
  MockProvider mock;
  const Certificate first = old_authority.issue(kHere);
  const Certificate second = new_authority.issue(kHere);
  Gateway secure(serving(first, mock));
  Gateway before(trusting(old_authority.ca_file(), secure));
  Gateway after(trusting(new_authority.ca_file(), secure));
  ASSERT_EQ(before.post(kChat, plain_chat()).status, 200);
  ASSERT_EQ(after.post(kChat, plain_chat()).status, 502);

  const auto replace = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(second.cert_file, first.cert_file, replace);
  EXPECT_FALSE(secure.reread().has_value()) << "a certificate without its key is refused";
  ASSERT_EQ(before.post(kChat, plain_chat()).status, 200);
  std::filesystem::copy_file(second.key_file, first.key_file, replace);
  ASSERT_TRUE(secure.reread().has_value());
  EXPECT_EQ(after.post(kChat, plain_chat()).status, 200);
}

}  // namespace
}  // namespace drover::test
