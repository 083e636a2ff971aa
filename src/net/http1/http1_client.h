// The upstream side of one HTTP/1.1 connection and the one exchange it carries at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "http/body/body.h"
#include "http/head/head_reader.h"
#include "net/exchange.h"
#include "net/http1/outbox.h"
#include "net/loop/loop.h"
#include "net/loop/memory.h"
#include "net/loop/waiter.h"
#include "net/socket/stream.h"

namespace drover::net {

class Http1Client final : public ClientConnection, public ClientExchange, private StreamEvents {
 public:
  /// `session` null: plain TCP. Else the handshake must be made before open().
  Http1Client(Loop& loop, TcpSocket socket, std::unique_ptr<TlsSession> session);
  ~Http1Client() override;

  // For the connector.
  [[nodiscard]] Stream& stream() { return stream_; }
  [[nodiscard]] Awaitable<Result<void>> until_handshake_can_go_on();

  // ClientConnection
  [[nodiscard]] ClientExchange& open() override;
  [[nodiscard]] bool can_open() const override { return !busy_ && stream_.is_open(); }
  [[nodiscard]] bool finish() override;
  [[nodiscard]] bool alive() override;
  void close() override;

  // ClientExchange
  void start(const RequestStart& request) override;
  [[nodiscard]] Result<WriteState> write(Pieces pieces, More more, Keep keep) override;
  [[nodiscard]] Awaitable<Result<void>> until_written() override;
  [[nodiscard]] std::uint64_t pending_bytes() const override { return outbox_.pending_bytes(); }
  [[nodiscard]] bool sent() const override { return request_ended_ && !write_broken_ && outbox_.empty(); }
  [[nodiscard]] Result<HeadRead> read_head() override;
  [[nodiscard]] const http::ResponseHead& head() const override;
  void release_head() override;
  [[nodiscard]] Result<Read> read_body() override;
  [[nodiscard]] Awaitable<Result<void>> until_readable() override;
  void cancel() override { close(); }
  [[nodiscard]] bool reused() const override { return reused_; }
  [[nodiscard]] bool wrote_any() const override { return wrote_any_; }
  [[nodiscard]] bool answered_any() const override { return answered_any_; }

 private:
  enum class Parsed : std::uint8_t { Final, Interim, NeedMore };

  void on_readable() override;
  void on_writable() override;
  [[nodiscard]] Result<void> check_length(std::size_t size, More more);
  [[nodiscard]] Result<WriteState> write_failed();
  [[nodiscard]] Moved fill();
  /// Whether bytes were received that are not read yet.
  [[nodiscard]] bool has_unread() const { return !input_.empty() && (has_head_ || !input_parsed_); }
  [[nodiscard]] Result<Parsed> parse_head();
  [[nodiscard]] Result<Read> take(std::span<char> bytes, bool from_input);
  [[nodiscard]] Error lost(std::string_view when) const;

  Loop& loop_;
  Stream stream_;
  Buffer input_;  // received and not yet used
  Outbox outbox_;
  Waiter reader_;
  Waiter writer_;

  // The exchange.
  std::string request_head_;  // until it is sent
  std::uint64_t request_left_ = 0;
  http::ResponseHeadReader head_reader_;
  http::ResponseHeadReader::Asked asked_ = http::ResponseHeadReader::Asked::Other;
  std::unique_ptr<ResponseMemory> head_;
  http::BodyDecoder body_;
  int interim_answers_ = 0;
  bool busy_ = false;
  bool served_before_ = false;
  bool reused_ = false;
  bool head_sent_ = false;
  bool request_ended_ = false;
  bool write_broken_ = false;
  bool wrote_any_ = false;
  bool answered_any_ = false;
  bool input_parsed_ = false;  // every byte of the input has been offered to the head reader
  bool has_head_ = false;
  bool keep_alive_ = false;
  bool last_ = false;  // no other request follows this one
};

}  // namespace drover::net
