// TLS on both sides with certificates of the test: which are trusted, which refused, and that bytes arrive whole.
#include "net/tls/tls.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <openssl/ssl.h>

#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include "net/http1/http1_client.h"
#include "net/test/echo_kit.h"
#include "net/tls/test/certificate_kit.h"

namespace drover::net {
namespace {

using namespace testing;

struct Secure {
  Authority authority;
  std::unique_ptr<EchoServer> server;

  void serve(const Certificate& certificate, const std::string& client_ca = {}) {
    auto tls = ServerTls::create(certificate.cert_file, certificate.key_file, client_ca);
    ASSERT_TRUE(tls) << tls.error().message;
    server = std::make_unique<EchoServer>(*tls);
  }

  Connected connect(const std::string& host) {
    auto tls = ClientTls::create(authority.ca_file());
    EXPECT_TRUE(tls) << tls.error().message;
    return server->connect(host, *tls);
  }
};

TEST(Tls, CarriesManyRequestsOfAllSizes) {
  Secure secure;
  secure.serve(secure.authority.issue("DNS:localhost"));
  Connected made = secure.connect("localhost");
  ASSERT_TRUE(made) << made.error().message;
  ClientConnection& client = **made;
  // The last size is more than the kernel takes at once, so that half a record is sent.
  for (std::size_t size : {0u, 1u, 1000u, 16383u, 16384u, 16385u, 200'000u, 3'000'000u, 24'000'000u}) {
    std::string body;
    while (body.size() < size) body += std::to_string(body.size());
    body.resize(size);
    Result<std::string> answer = finish(secure.server->loop, ask(client, body));
    ASSERT_TRUE(answer) << answer.error().message << " at size " << size;
    ASSERT_EQ(answer->substr(4), body);
    ASSERT_TRUE(client.finish());
    // Session tickets that have come are no reason to call the connection talkative.
    ASSERT_TRUE(client.alive());
  }
}

/// Connects and asks once, which also reads the tickets that the server sends.
bool resumes(Secure& secure, const std::shared_ptr<const ClientTls>& tls) {
  Connected made = secure.server->connect("localhost", tls);
  if (!made || !finish(secure.server->loop, ask(**made, "hello"))) {
    ADD_FAILURE() << "no connection";
    return false;
  }
  return static_cast<Http1Client&>(**made).stream().tls()->resumed();
}

TEST(Tls, ResumesASessionOfTheSameHostAndTrust) {
  Secure secure;
  secure.serve(secure.authority.issue("DNS:localhost"));
  const auto tls = *ClientTls::create(secure.authority.ca_file());
  EXPECT_FALSE(resumes(secure, tls));
  EXPECT_TRUE(resumes(secure, tls));
  EXPECT_TRUE(resumes(secure, tls));
  EXPECT_FALSE(resumes(secure, *ClientTls::create(secure.authority.ca_file())));
}

TEST(Tls, ConnectsAnewWhereTheServerKnowsTheSessionNoMore) {
  Secure secure;
  secure.serve(secure.authority.issue("DNS:localhost"));
  const auto tls = *ClientTls::create(secure.authority.ca_file());
  EXPECT_FALSE(resumes(secure, tls));
  secure.serve(secure.authority.issue("DNS:localhost"));  // with other ticket keys
  EXPECT_FALSE(resumes(secure, tls));
  EXPECT_TRUE(resumes(secure, tls));
}

TEST(Tls, VerifiesAnAddressAsWellAsAName) {
  Secure secure;
  secure.serve(secure.authority.issue("IP:127.0.0.1"));
  Connected made = secure.connect("127.0.0.1");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*finish(secure.server->loop, ask(**made, "hello")), "200 hello");
}

/// Answers one request with a body that ends with the connection, and closes the socket: with close_notify, or without,
/// as a cut does.
void answer_and_close(int listener, const Certificate& certificate, bool notify) {
  Peer socket(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX_use_certificate_file(context.get(), certificate.cert_file.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_use_PrivateKey_file(context.get(), certificate.key_file.c_str(), SSL_FILETYPE_PEM);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  SSL_set_fd(ssl.get(), socket.descriptor());
  std::array<char, 4096> request;
  const int most = static_cast<int>(request.size());
  constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\n\r\npart";
  if (SSL_accept(ssl.get()) != 1 || SSL_read(ssl.get(), request.data(), most) <= 0) return;
  SSL_write(ssl.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
  if (notify) SSL_shutdown(ssl.get());
  socket.shutdown();
  while (::recv(socket.descriptor(), request.data(), request.size(), 0) > 0) {
  }
}

TEST(Tls, B9_AnAnswerWithoutALengthIsWholeOnlyWithACloseNotify) {
  Authority authority;
  const Certificate certificate = authority.issue("IP:127.0.0.1");
  for (const bool notify : {true, false}) {
    Peer listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{20, 0};
    ::setsockopt(listener.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listener.descriptor(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener.descriptor(), 1), 0);
    ASSERT_EQ(::getsockname(listener.descriptor(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    std::jthread serving([&] { answer_and_close(listener.descriptor(), certificate, notify); });
    Loop loop{1};
    Resolver resolver{loop};
    Connecting connecting(loop, resolver);
    const Origin origin{"127.0.0.1", ntohs(address.sin_port), *ClientTls::create(authority.ca_file())};
    Connected made = finish(loop, connecting.run(origin, loop.now() + 10s));
    ASSERT_TRUE(made) << made.error().message;
    Result<std::string> answer = finish(loop, ask(**made, ""));
    EXPECT_EQ(answer.has_value(), notify);
    EXPECT_EQ(answer.value_or("200 part"), "200 part");
    (*made)->close();
  }
}

TEST(Tls, A7_RefusesAnExpiredCertificate) {
  Secure secure;
  secure.serve(secure.authority.issue_expired("DNS:localhost"));
  Connected made = secure.connect("localhost");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::Tls);
  EXPECT_EQ(made.error().code, "tls_cert_expired");
}

TEST(Tls, A8_RefusesTheCertificateOfAnotherHost) {
  Secure secure;
  secure.serve(secure.authority.issue("DNS:other.example.test"));
  for (std::string host : {"localhost", "127.0.0.1"}) {
    Connected made = secure.connect(host);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, "tls_wrong_host");
  }
}

TEST(Tls, A8_RefusesASelfSignedCertificate) {
  Secure secure;
  secure.serve(secure.authority.issue_self_signed("DNS:localhost"));
  Connected made = secure.connect("localhost");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "tls_unknown_ca");
}

TEST(Tls, A8_TrustsOnlyTheGivenAuthority) {
  Secure secure;
  Authority stranger;
  secure.serve(stranger.issue("DNS:localhost"));
  Connected made = secure.connect("localhost");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "tls_unknown_ca");
}

TEST(Tls, A9_ReportsAPeerThatDoesNotSpeakTls) {
  Secure secure;
  secure.server = std::make_unique<EchoServer>();
  Connected made = secure.connect("localhost");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::Tls);
  EXPECT_EQ(made.error().code, "tls_handshake");
}

TEST(Tls, A9_GivesUpOnAHandshakeThatStalls) {
  Secure secure;
  Loop loop(1);
  Resolver resolver(loop);
  // A listener without accept: the kernel completes the connection, and no byte comes.
  int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Peer listening(silent);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(silent, 8), 0);
  ASSERT_EQ(::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size), 0);
  auto tls = ClientTls::create(secure.authority.ca_file());
  Origin origin{"127.0.0.1", ntohs(address.sin_port), *tls};
  Connecting connecting(loop, resolver);
  Connected made = finish(loop, connecting.run(origin, loop.now() + 100ms));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::ConnectTimeout);
}

TEST(Tls, AsksForACertificateOfTheClientWhenToldTo) {
  Secure secure;
  secure.serve(secure.authority.issue("DNS:localhost"), secure.authority.ca_file());
  Connected made = secure.connect("localhost");
  // In TLS 1.3 the client learns of the refusal after its own handshake.
  if (made) {
    Result<std::string> answer = finish(secure.server->loop, ask(**made, "hello"));
    EXPECT_FALSE(answer);
  }
}

TEST(Tls, E21_ServerRefusesPlainBytesInTheHandshake) {
  Secure secure;
  Certificate certificate = secure.authority.issue("DNS:localhost");
  auto tls = ServerTls::create(certificate.cert_file, certificate.key_file, "");
  Loop loop(1);
  SocketPair pair = connect_pair(loop);
  auto connection = http1_server(loop, std::move(pair.ours), *tls, {});
  pair.theirs.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  Result<void> shaken = finish(loop, connection->handshake());
  ASSERT_FALSE(shaken);
  EXPECT_EQ(shaken.error().kind, ErrorKind::Tls);
}

TEST(Tls, ServerGivesUpOnAHandshakeThatStalls) {
  Secure secure;
  Certificate certificate = secure.authority.issue("DNS:localhost");
  auto tls = ServerTls::create(certificate.cert_file, certificate.key_file, "");
  Loop loop(1);
  SocketPair pair = connect_pair(loop);
  auto connection = http1_server(loop, std::move(pair.ours), *tls, {.handshake = 50ms});
  pair.theirs.send(std::string_view("\x16\x03\x01", 3));
  Result<void> shaken = finish(loop, connection->handshake());
  ASSERT_FALSE(shaken);
  EXPECT_EQ(shaken.error().kind, ErrorKind::ConnectTimeout);
}

TEST(Tls, SaysWhichFileOfAListenerIsWrong) {
  Authority authority;
  Certificate good = authority.issue("DNS:localhost");
  Certificate other = authority.issue("DNS:localhost");
  std::string junk = authority.file("junk.pem", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n");
  auto message = [](const auto& made) { return made ? std::string("no error") : made.error().message; };

  EXPECT_NE(message(ServerTls::create("/nowhere.crt", good.key_file, "")).find("/nowhere.crt"), std::string::npos);
  EXPECT_NE(message(ServerTls::create(good.cert_file, "/nowhere.key", "")).find("/nowhere.key"), std::string::npos);
  std::string mismatch = message(ServerTls::create(good.cert_file, other.key_file, ""));
  EXPECT_NE(mismatch.find("does not belong to the certificate"), std::string::npos) << mismatch;
  std::string unreadable = message(ServerTls::create(good.cert_file, junk, ""));
  EXPECT_NE(unreadable.find("cannot read the key"), std::string::npos) << unreadable;
  EXPECT_EQ(unreadable.find("hunter2"), std::string::npos);
  EXPECT_NE(message(ServerTls::create(good.cert_file, good.key_file, junk)).find("client CA"), std::string::npos);
  EXPECT_NE(message(ClientTls::create(junk)).find("junk.pem"), std::string::npos);
}

TEST(Tls, D10_HoldsLessThan20KiBASideWhileIdle) {
  constexpr std::size_t kPairs = 50;
  Secure secure;
  secure.serve(secure.authority.issue("DNS:localhost"));
  auto tls = ClientTls::create(secure.authority.ca_file());
  std::vector<std::unique_ptr<ClientConnection>> clients;
  std::size_t before = 0;
  for (std::size_t made = 0; made <= kPairs; ++made) {
    if (made == 1) before = ::mallinfo2().uordblks;  // the first pays for what all share
    Connected connected = secure.server->connect("localhost", *tls);
    ASSERT_TRUE(connected) << connected.error().message;
    ASSERT_TRUE(finish(secure.server->loop, ask(**connected, "hello")));
    ASSERT_TRUE((*connected)->finish());
    clients.push_back(std::move(*connected));
  }
  std::size_t each = (::mallinfo2().uordblks - before) / kPairs / 2;
  std::cout << "an idle TLS connection holds " << each << " bytes of user memory a side\n";
  EXPECT_LT(each, 20u * 1024);
}

TEST(Tls, UsesTheSystemsTrustStoreByDefault) {
  EXPECT_TRUE(ClientTls::create(""));
}

}  // namespace
}  // namespace drover::net
