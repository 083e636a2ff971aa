// One client connection: takes its requests one after the other through the pipeline.
#pragma once

#include <memory>

#include "gateway/process/admission.h"
#include "gateway/process/idle_list.h"
#include "gateway/request/request_state.h"
#include "net/http1/server_connection.h"

namespace drover::gateway {

class Worker;

class Session : public IdleLink {
 public:
  Session(Worker& worker, net::TcpSocket socket, std::shared_ptr<const net::ServerTls> tls, Gauge::Place place);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Serves the connection to its end; owns the session.
  [[nodiscard]] static net::Awaitable<> run(std::unique_ptr<Session> self);

  [[nodiscard]] std::uint64_t peer() const { return state_.peer; }

  /// Takes no request after the current one.
  void drain();
  /// Ends the current request: the time to drain is over.
  void expire();
  /// Closes the connection, which waits for a request, so that another can have its place.
  void give_way();
  /// Closes the connection, whatever it is doing.
  void cut();

 private:
  Worker& worker_;
  Gauge::Place place_;
  std::unique_ptr<net::ServerConnection> connection_;
  RequestState state_;
};

}  // namespace drover::gateway
