// A small name server on loopback, for tests: it answers A and AAAA questions from a table.
#pragma once

#include <arpa/inet.h>

#include <map>
#include <string>
#include <vector>

#include "net/test/test_kit.h"

namespace drover::net::testing {

class FakeDns {
 public:
  enum class Mood { Answers, SaysNoSuchName, IsSilent };

  FakeDns() {
    socket_ = Peer(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_.descriptor(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(socket_.descriptor(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    servers = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }

  /// Answers the questions that have arrived.
  void serve() {
    char question[512];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    ssize_t got = 0;
    while ((got = ::recvfrom(socket_.descriptor(), question, sizeof question, 0, reinterpret_cast<sockaddr*>(&from),
                             &size)) > 0) {
      ++questions;
      if (mood == Mood::IsSilent) continue;
      std::string answer = answer_to(std::string(question, static_cast<std::size_t>(got)));
      ::sendto(socket_.descriptor(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  std::string servers;
  std::vector<std::string> v4;  ///< addresses of every name
  std::vector<std::string> v6;
  std::uint32_t ttl = 60;
  Mood mood = Mood::Answers;
  int questions = 0;

 private:
  /// RFC 1035 section 4: the question again, with records that point to its name.
  std::string answer_to(const std::string& question) const {
    std::size_t name_end = question.find('\0', 12);
    if (name_end == std::string::npos || question.size() < name_end + 5) return {};
    char type = question[name_end + 2];
    const std::vector<std::string>& addresses = type == 28 ? v6 : v4;
    bool missing = mood == Mood::SaysNoSuchName;
    std::string answer = question.substr(0, 2);
    answer += '\x81';
    answer += missing ? '\x83' : '\x80';
    answer += std::string("\0\1\0", 3);
    answer += static_cast<char>(missing || (type != 1 && type != 28) ? 0 : addresses.size());
    answer += std::string("\0\0\0\0", 4) + question.substr(12, name_end + 5 - 12);
    if (missing) return answer;
    for (const std::string& address : addresses) {
      char bytes[16];
      int family = type == 28 ? AF_INET6 : AF_INET;
      ::inet_pton(family, address.c_str(), bytes);
      std::size_t length = type == 28 ? 16 : 4;
      answer += std::string("\xc0\x0c\0", 3) + type + std::string("\0\1", 2);
      for (int shift : {24, 16, 8, 0}) answer += static_cast<char>(ttl >> shift);
      answer += '\0';
      answer += static_cast<char>(length);
      answer.append(bytes, length);
    }
    return answer;
  }

  Peer socket_;
};

}  // namespace drover::net::testing
