#include "drover/client.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "client/engine/call.h"
#include "client/engine/engine.h"
#include "client/engine/stream_state.h"
#include "client/interface/errors.h"
#include "client/interface/held.h"
#include "client/interface/reply_json.h"
#include "client/interface/request_json.h"
#include "client/interface/settings_of.h"

DROVER_BEGIN

using client::Call;
using client::Engine;
using client::Outcome;

/// The engine, which is closed when the client is destroyed.
class Client::State {
 public:
  explicit State(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
  ~State() {
    if (engine_->foreign()) {
      client::leave_behind(std::move(engine_));
    } else {
      engine_->close();
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  [[nodiscard]] Engine& engine() const { return *engine_; }

 private:
  std::shared_ptr<Engine> engine_;
};

class Pending::State : public client::Held {
 public:
  using Held::Held;
};

namespace {

constexpr std::string_view kChatPath = "/v1/chat/completions";
constexpr std::string_view kEmbeddingsPath = "/v1/embeddings";

Result<std::shared_ptr<Call>> prepare_chat(Engine& engine, const ChatRequest& request, Call::Kind kind) {
  const auto streaming = kind == Call::Kind::Stream ? client::Streaming::Yes : client::Streaming::No;
  auto json = client::chat_json(request, request.model.empty() ? engine.model() : request.model, streaming);
  if (!json) return std::move(json.error());
  return engine.prepare({kChatPath, *json, kind, request.timeout});
}

/// Blocks until the call has ended.
void wait_for(Engine& engine, const std::shared_ptr<Call>& call) {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  call->ended = [&](Call&) {
    const std::lock_guard lock(mutex);  // held while notifying: the waiting thread destroys all three
    done = true;
    changed.notify_one();
  };
  engine.submit(call);
  std::unique_lock lock(mutex);
  changed.wait(lock, [&done] { return done; });
}

Result<ChatReply> chat_reply(Outcome& outcome) {
  if (outcome.error) return std::move(*outcome.error);
  ChatReply reply;
  reply.origin = std::move(outcome.origin);
  reply.usage = outcome.usage;
  reply.json = std::move(outcome.body);
  if (auto wrong = client::read_chat(reply.json, reply)) {
    wrong->body = std::move(reply.json);
    wrong->provider_status = reply.origin.status;
    wrong->target = reply.origin.target;
    wrong->attempts = reply.origin.attempts;
    return std::move(*wrong);
  }
  return reply;
}

Result<Client> started(Result<config::Settings> settings, const std::string& model, Hooks hooks,
                       Result<Client> (*make)(std::shared_ptr<Engine>)) {
  if (!settings) return std::move(settings.error());
  auto engine = Engine::start(std::move(*settings), model, std::move(hooks));
  if (!engine) return std::move(engine.error());
  return make(std::move(*engine));
}

}  // namespace

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::create(const Options& options) {
  return started(client::settings_of(options), options.model, options.hooks,
                 [](std::shared_ptr<Engine> engine) -> Result<Client> {
                   return Client(std::make_unique<State>(std::move(engine)));
                 });
}

Result<Client> Client::from_env(Hooks hooks) {
  return started(client::settings_from_env(), {}, std::move(hooks),
                 [](std::shared_ptr<Engine> engine) -> Result<Client> {
                   return Client(std::make_unique<State>(std::move(engine)));
                 });
}

Result<Client> Client::from_file(const std::string& path, Hooks hooks) {
  return started(client::settings_from_file(path), {}, std::move(hooks),
                 [](std::shared_ptr<Engine> engine) -> Result<Client> {
                   return Client(std::make_unique<State>(std::move(engine)));
                 });
}

Result<ChatReply> Client::chat(const ChatRequest& request) {
  Engine& engine = state_->engine();
  auto call = prepare_chat(engine, request, Call::Kind::Whole);
  if (!call) return std::move(call.error());
  wait_for(engine, *call);
  return chat_reply((*call)->outcome());
}

std::future<Result<ChatReply>> Client::chat_async(const ChatRequest& request) {
  auto promise = std::make_shared<std::promise<Result<ChatReply>>>();
  std::future<Result<ChatReply>> future = promise->get_future();
  chat(request, [promise](Result<ChatReply> reply) { promise->set_value(std::move(reply)); });
  return future;
}

Pending Client::chat(const ChatRequest& request, std::function<void(Result<ChatReply>)> done) {
  Engine& engine = state_->engine();
  auto call = prepare_chat(engine, request, Call::Kind::Whole);
  if (!call) {
    // A child of fork() has no thread that could call back.
    if (engine.foreign()) {
      try {
        done(std::move(call.error()));
      } catch (...) {
        return {};
      }
      return {};
    }
    engine.delivery().call([done = std::move(done), error = std::move(call.error())] { done(error); });
    return {};
  }
  (*call)->ended = [done = std::move(done)](Call& ended) mutable {
    // Moved, so that what the callback captured (perhaps the client) is destroyed on the callback thread, never on a
    // worker's.
    ended.engine().delivery().call(
        [done = std::move(done), kept = ended.shared_from_this()] { done(chat_reply(kept->outcome())); });
  };
  auto pending = std::make_shared<Pending::State>(*call);
  engine.submit(*call);
  return Pending(std::move(pending));
}

void Pending::cancel() const {
  if (state_ && state_->here()) state_->call().cancel();
}

ChatStream Client::stream(const ChatRequest& request) {
  Engine& engine = state_->engine();
  auto call = prepare_chat(engine, request, Call::Kind::Stream);
  if (!call) return ChatStream(std::make_unique<ChatStream::State>(std::move(call.error())));
  (*call)->ended = [](Call& ended) { ended.stream()->end(); };
  auto state = std::make_unique<ChatStream::State>(*call);
  engine.submit(*call);
  return ChatStream(std::move(state));
}

Result<Embeddings> Client::embed(const EmbeddingsRequest& request) {
  auto json = client::embeddings_json(request);
  if (!json) return std::move(json.error());
  auto answer = post(std::string(kEmbeddingsPath), *json, request.timeout);
  if (!answer) return std::move(answer.error());
  Embeddings embeddings;
  if (auto wrong = client::read_embeddings(answer->body, embeddings)) {
    wrong->provider_status = answer->origin.status;
    wrong->target = answer->origin.target;
    wrong->attempts = answer->origin.attempts;
    wrong->body = std::move(answer->body);
    return std::move(*wrong);
  }
  embeddings.origin = std::move(answer->origin);
  embeddings.usage = answer->usage;
  return embeddings;
}

Result<Answer> Client::post(const std::string& path, const std::string& json, std::chrono::milliseconds timeout) {
  Engine& engine = state_->engine();
  auto call = engine.prepare({path, json, Call::Kind::Whole, timeout});
  if (!call) return std::move(call.error());
  wait_for(engine, *call);
  Outcome& outcome = (*call)->outcome();
  if (outcome.error) return std::move(*outcome.error);
  return Answer{std::move(outcome.origin), outcome.usage, std::move(outcome.body)};
}

Status Client::status() const {
  return state_->engine().status();
}

Result<Explanation> Client::explain(const std::string& request_id) const {
  return state_->engine().explain(request_id);
}

DROVER_END
