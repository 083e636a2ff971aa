// Calls language models with pooling, retries, key rotation and failover inside this process: what the gateway does, by
// the same code.
//
//   drover::Client client = drover::Client::from_env().value();
//   std::cout << client.chat("hello").value().text << "\n";
//
// It owns its threads; there is nothing to run. Destroying it cancels what still runs. After fork() the child makes a
// Client of its own: there every call on the parent's fails at once with the code "forked".
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

/// A call with a callback, to be able to end it. Copies mean the same call; destroying them does nothing.
class DROVER_API Pending {
 public:
  Pending() = default;
  /// The callback is told Cancelled, unless the call has ended already.
  void cancel() const;

 private:
  friend class Client;
  class DROVER_HIDDEN State;
  explicit Pending(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// Thread-safe. Moving it invalidates nothing but the one moved from.
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
  /// Ends what still runs with the error "client_closed" and waits until the callbacks have returned (not when it is
  /// called by one of them).
  ~Client();

  /// Waits for the whole reply. Errors: those of ErrorKind but BadConfig.
  Result<ChatReply> chat(const ChatRequest& request);
  /// The same, later.
  std::future<Result<ChatReply>> chat_async(const ChatRequest& request);
  /// The same; `done` is called exactly once, on the client's callback thread. It may use the client and may wait:
  /// other callbacks wait with it, calls do not. What it throws is caught and logged.
  Pending chat(const ChatRequest& request, std::function<void(Result<ChatReply>)> done);

  /// A reply in pieces. Never fails itself: the stream says how it went.
  [[nodiscard]] ChatStream stream(const ChatRequest& request);

  Result<Embeddings> embed(const EmbeddingsRequest& request);

  /// POST to any other path of the API with a JSON body that names a model: "/v1/responses". `timeout` 0: as
  /// configured.
  Result<Answer> post(const std::string& path, const std::string& json,
                      std::chrono::milliseconds timeout = std::chrono::milliseconds(0));

  /// How the targets are now.
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
