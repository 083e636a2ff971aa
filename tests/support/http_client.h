// An HTTP/1.1 client for tests, on a raw socket. It reads HTTP literally and shares no code with the program, so that
// it cannot share a mistake with it.
//
//   HttpClient client("127.0.0.1", port);
//   Answer answer = client.post("/v1/chat/completions", R"({"model":"m","messages":[]})");
//   EXPECT_EQ(answer.status, 200);
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/socket.h"

namespace drover::test {

struct AnswerHead {
  int status = 0;  ///< 0: no head
  std::string reason;
  std::vector<std::pair<std::string, std::string>> fields;

  /// The first field of this name (case does not matter), or nothing.
  [[nodiscard]] std::optional<std::string> field(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
};

/// How an answer's body ended.
enum class BodyEnd : std::uint8_t {
  Whole,      ///< as its framing says
  Truncated,  ///< the connection ended before that
  Reset,      ///< with RST
  Timeout,
  Malformed,  ///< the chunked coding makes no sense
};

/// One event of a stream: its lines without the blank one, and when it was whole.
struct Event {
  std::string text;
  Clock::time_point at;

  /// The values of its data lines joined with LF; of its event line.
  [[nodiscard]] std::string data() const;
  [[nodiscard]] std::string name() const;
  [[nodiscard]] bool is_comment() const;
};

struct Answer : AnswerHead {
  std::string body;
  BodyEnd end = BodyEnd::Truncated;
  [[nodiscard]] bool whole() const { return status != 0 && end == BodyEnd::Whole; }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

class HttpClient {
 public:
  HttpClient(const std::string& host, std::uint16_t port, const std::string& from = {})
      : socket_(Socket::connect(host, port, kPatience, from)), host_(host) {}

  [[nodiscard]] bool connected() const { return socket_.open(); }
  [[nodiscard]] Socket& socket() { return socket_; }

  /// A whole exchange. The connection stays open when both sides allow it.
  Answer get(std::string_view target, const Fields& fields = {});
  Answer post(std::string_view target, std::string_view body, const Fields& fields = {});

  /// Only sends. Host, Content-Length and (with a body) Content-Type are added when they are not in `fields`.
  bool send_request(std::string_view method, std::string_view target, std::string_view body = {},
                    const Fields& fields = {});
  bool send_raw(std::string_view bytes) { return socket_.send(bytes); }

  /// The next head, also of an interim answer; status 0: none came.
  AnswerHead read_head();
  /// The next final answer, without 1xx. `method` decides whether it has a body.
  Answer read_answer(std::string_view method = "POST");
  /// Call it after read_head(): the next event of the body, or nothing at its end; body_end() then says how it ended.
  std::optional<Event> next_event();
  [[nodiscard]] BodyEnd body_end() const { return end_; }
  /// Call it after read_head(): waits for more of the body; false at its end.
  bool read_more_body(std::string& body);

  /// Waits until the server closes; false when it sends bytes or does not close in time.
  [[nodiscard]] bool closed_by_server(std::chrono::milliseconds patience = kPatience);
  /// Received bytes that are not read as part of an answer yet.
  [[nodiscard]] const std::string& unread() const { return inbox_; }

 private:
  enum class Coding : std::uint8_t { None, Length, Chunked, UntilClose };

  void begin_body(const AnswerHead& head, std::string_view method);
  /// Moves decoded bytes from inbox_ to `body`; true when the body has ended.
  bool decode(std::string& body);
  bool decode_chunks(std::string& body);
  /// False at the end of the connection, or after kPatience; end_ says which.
  bool fill();

  Socket socket_;
  std::string host_;
  std::string inbox_;
  Coding coding_ = Coding::None;
  std::size_t left_ = 0;  ///< bytes left of the length, or of the current chunk
  bool in_chunk_ = false;
  bool ended_ = true;
  BodyEnd end_ = BodyEnd::Whole;
  std::string events_;  ///< body bytes that are no whole event yet
};

/// The whole body of a stream as events.
[[nodiscard]] std::vector<Event> events_of(std::string_view body);

}  // namespace drover::test
