// Calls language models with pooling, retries, key rotation and failover inside this process: what the gateway does, by
// the same code.
//
//   drover::Client client = drover::Client::from_env().value();
//   std::cout << client.chat("hello").value().text << "\n";
//
// A Client owns its threads; there is nothing to run. Its destructor cancels calls that still run. After fork() the
// child needs a Client of its own: every call on the parent's fails there at once with the code "forked".
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>

#include "drover/chat.h"
#include "drover/chat_stream.h"
#include "drover/explanation.h"
#include "drover/options.h"
#include "drover/result.h"
#include "drover/status.h"

DROVER_BEGIN

/// Names a running call with a callback, so that it can be ended. Copies name the same call; their destructors do
/// nothing.
class DROVER_API Pending {
 public:
  Pending() = default;
  /// Ends the call: its callback gets the error Cancelled, unless the call has ended already.
  void cancel() const;

 private:
  friend class Client;
  class DROVER_HIDDEN State;
  explicit Pending(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// Thread-safe. After a move only the Client that was moved from is unusable; calls and streams go on.
class DROVER_API Client {
 public:
  /// Errors: BadConfig with every mistake there is, one per line.
  static Result<Client> create(const Options& options);
  /// Keys from HOLYSHEEP_API_KEY or OPENAI_API_KEY, as the gateway without a file. Errors: BadConfig.
  static Result<Client> from_env(Hooks hooks = {});
  /// The gateway's own file; what is about listening and clients in it has no effect. Errors: BadConfig, with file,
  /// line and column.
  static Result<Client> from_file(const std::string& path, Hooks hooks = {});

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  /// Ends running calls with the error "client_closed" and waits until all callbacks have returned (a callback that
  /// destroys the Client is not waited for).
  ~Client();

  /// Waits for the whole reply. Errors: those of ErrorKind but BadConfig.
  Result<ChatReply> chat(const ChatRequest& request);
  /// The same as a future.
  std::future<Result<ChatReply>> chat_async(const ChatRequest& request);
  /// The same; `done` is called exactly once, on the client's callback thread. It may use the client and may wait:
  /// other callbacks wait with it, calls do not. What it throws is caught and logged.
  Pending chat(const ChatRequest& request, std::function<void(Result<ChatReply>)> done);

  /// Starts a streamed reply. The call itself never fails: ChatStream::error() says what went wrong.
  [[nodiscard]] ChatStream stream(const ChatRequest& request);

  Result<Embeddings> embed(const EmbeddingsRequest& request);

  /// POST to any other path of the API with a JSON body that names a model: "/v1/responses". `timeout` 0: as
  /// configured.
  Result<Answer> post(const std::string& path, const std::string& json,
                      std::chrono::milliseconds timeout = std::chrono::milliseconds(0));

  /// The state of every target now.
  [[nodiscard]] Status status() const;

  /// Why a call went where it went, by its request_id (of an Origin, Error or CallRecord), from when its outcome is
  /// there. The last 1,000 calls are kept, at most 8 MiB of them, failures longest. Errors: NotFound when it is not
  /// kept (any more).
  [[nodiscard]] Result<Explanation> explain(const std::string& request_id) const;

 private:
  class DROVER_HIDDEN State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

DROVER_END
