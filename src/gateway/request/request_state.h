// All that one request needs on its way through the pipeline. Lives in the session and is used again for the next one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/plan/plan.h"
#include "gateway/access/stored_clients.h"
#include "gateway/accounts/tab.h"
#include "gateway/process/admission.h"
#include "gateway/process/snapshot.h"
#include "gateway/routing/routing.h"
#include "http/body/content_coding.h"
#include "net/exchange.h"
#include "upstream/run/request.h"
#include "upstream/run/run.h"

namespace drover::gateway {

struct RequestState;
/// Replaces what the request has reserved by what it used; done once, the first time.
void settle(RequestState& state);

struct RequestState final : upstream::RunObserver {
  Instant arrived{};
  std::shared_ptr<const Snapshot> snapshot;
  net::ServerExchange* exchange = nullptr;
  std::uint64_t peer = 0;                     ///< net::ServerConnection::peer; of the connection, not of the request
  Gauge::Place place;                         ///< among the requests in flight
  bool known = false;                         ///< it has passed authentication
  const config::ClientKey* client = nullptr;  ///< null: no clients are configured
  std::shared_ptr<const StoredClient> stored_client;  ///< holds `client` where its key is in the store
  const Snapshot::Fences* fences = nullptr;           ///< the client's; from authentication on
  std::string id;
  std::string own_fields;      ///< lines for every answer: "x-request-id: …\r\n", and who may read it in a browser
  std::string more_fields;     ///< lines for an error of ours: what would have been right
  bool answered_here = false;  ///< the gateway answers it itself: no provider and no key are needed
  std::string asked_name;      ///< AskedPath::name
  std::string query_key;       ///< the credential in the query of a program that speaks Gemini
  Duration client_timeout = kNoLimit;
  bool clients_retry = false;                     ///< x-stainless-retry-count above 0
  std::unique_ptr<http::ContentDecoder> decoder;  ///< of a body that comes in a content coding
  upstream::UpstreamRequest request;
  core::DialectKind dialect = core::DialectKind::OpenAi;  ///< the client's; request.dialect is how it is spoken
  Routing routing;                                        ///< of a refused request: as far as it was decided
  std::unique_ptr<Tab> tab;                               ///< made for the first request that limits count, and kept
  bool metered = false;                                   ///< `tab` is this request's
  std::string user_agent;                                 ///< its first product, for the ledger
  std::optional<upstream::Run> run;
  std::uint64_t body_bytes = 0;  ///< of the request, without a content coding
  /// What was answered by the gateway itself; 0: nothing, or an upstream's answer was relayed.
  int own_status = 0;
  std::uint64_t own_bytes = 0;

  /// Forgets the last request; small buffers keep their memory.
  void reset() {
    run.reset();
    if (tab) tab->reset();
    metered = false;
    user_agent.clear();
    decoder.reset();
    request.body.free();
    request.method.clear();
    request.path.clear();
    request.query.clear();
    request.fields.clear();
    request.has_body = false;
    request.api = dialect::Api::Pinned;
    request.inspection = {};
    id.clear();
    own_fields.clear();
    more_fields.clear();
    answered_here = false;
    asked_name.clear();
    query_key.clear();
    place.leave();
    body_bytes = 0;
    own_status = 0;
    own_bytes = 0;
    known = false;
    client = nullptr;
    stored_client.reset();
    fences = nullptr;
    routing = {};
    exchange = nullptr;
    client_timeout = kNoLimit;
    clients_retry = false;
    snapshot.reset();
  }

  /// Frees the request's body and fields at the commit point, so that an idle stream holds no buffer. (A plain answer
  /// is whole by then; the next request of its connection uses the memory.)
  void committed() override {
    if (request.inspection.stream) request.fields = std::string();
    exchange->release_request();
  }
  /// A client that asks again as soon as it has the last byte finds this request's place free, its body's memory unless
  /// that is still being sent, and what it reserved settled.
  void ending() override {
    place.leave();
    settle(*this);
  }
  /// "x-drover-cost" in US dollars, where the price is known.
  void append_cost(core::TargetId target, const Amount& used, const dialect::Usage& usage,
                   std::string& fields) const override {
    const Charge charge = snapshot->prices->charge(target, request.inspection.model, used, usage);
    if (charge.cost) fields.append("x-drover-cost: ").append(money::usd_text(*charge.cost)).append("\r\n");
  }
};

}  // namespace drover::gateway
