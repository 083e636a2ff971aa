#include "mock/provider/provider.h"

#include <algorithm>
#include <boost/json.hpp>

#include "mock/answers/gemini_ask.h"
#include "mock/answers/reply.h"
#include "mock/apis/anthropic_messages.h"
#include "mock/apis/batches.h"
#include "mock/apis/gemini.h"
#include "mock/apis/media.h"
#include "mock/apis/openai_chat.h"
#include "mock/apis/openai_other.h"
#include "mock/apis/openai_responses.h"
#include "mock/faults/answer_faults.h"

namespace drover::mock {
namespace {

// Keeps the draws of one request apart from those of the next, for any seed.
constexpr std::uint64_t kOrdinalStride = 0x9e3779b97f4a7c15U;

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view field(const Heard& heard, std::string_view name) {
  for (const auto& [known, value] : heard.fields) {
    if (same_name(known, name)) return value;
  }
  return {};
}

std::string_view key_in(std::string_view value) {
  static constexpr std::string_view kScheme = "bearer ";
  if (value.size() > kScheme.size() && same_name(value.substr(0, kScheme.size()), kScheme))
    return value.substr(kScheme.size());
  return value;
}

bool is_credential(std::string_view name) {
  return same_name(name, "authorization") || same_name(name, "x-api-key") || same_name(name, "api-key") ||
         same_name(name, "x-goog-api-key") || same_name(name, "cookie") || same_name(name, "proxy-authorization");
}

std::string_view first_of(const Heard& heard, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const std::string_view value = field(heard, name);
    if (!value.empty()) return value;
  }
  return {};
}

Duration token_time(const Distribution& per_second, Random& random) {
  const double speed = per_second.draw(random);
  return speed <= 0 ? Duration::zero() : Duration(static_cast<Duration::rep>(1e9 / speed));
}

std::string described(const std::vector<Fault>& faults) {
  std::string text;
  for (const Fault& fault : faults) text += (text.empty() ? "" : " ") + fault_text(fault);
  return text;
}

// The ending for a fault that leaves no answer.
std::optional<Ending> without_answer(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    if (fault.kind == FaultKind::Hang) return Ending::Hang;
    if (fault.kind == FaultKind::Reset) return Ending::Reset;
    if (fault.kind == FaultKind::Close) return Ending::Close;
  }
  return std::nullopt;
}

std::vector<FieldLine> limit_fields(TellLimits tell, RateLimits& limits, Call call, Now now) {
  if (tell != TellLimits::Headers || speaks_gemini(call)) return {};  // Google's answers tell nothing
  return speaks_anthropic(call) ? limits.anthropic_fields(now.at, now.unix_seconds) : limits.fields(now.at);
}

bool any(const std::vector<Fault>& faults, FaultKind kind) {
  return std::any_of(faults.begin(), faults.end(), [kind](const Fault& fault) { return fault.kind == kind; });
}

std::vector<FieldLine> recorded_fields(const Heard& heard) {
  std::vector<FieldLine> kept;
  for (const auto& [name, value] : heard.fields) {
    kept.push_back({std::string(name), is_credential(name) ? key_tail(value) : std::string(value)});
  }
  return kept;
}

std::uint64_t thoughts_in(std::string_view body) {
  std::uint64_t count = 0;
  for (std::size_t at = body.find(kThoughtSignature); at != std::string_view::npos; ++count) {
    at = body.find(kThoughtSignature, at + kThoughtSignature.size());
  }
  return count;
}

}  // namespace

Provider::Provider(Settings settings, Now start) : original_(std::move(settings)), start_(start) {
  reset(start.at);
}

void Provider::reset(Instant now) {
  settings_ = original_;
  before_reset_ += journal_.total();
  journal_.clear();
  journal_.keep(settings_.record.requests);
  accepted_ = 0;
  store_.clear();
  set_faults(settings_.faults, now);
  apply_keys();
}

void Provider::apply_keys() {
  limits_.clear();
  admitted_.clear();  // running requests were admitted by limits that are gone
  for (const KeySettings& key : settings_.keys) limits_.emplace(key.key, RateLimits(key));
}

void Provider::change(Settings settings, Instant now) {
  const bool new_keys = settings.keys != settings_.keys;
  const bool new_faults = settings.faults != settings_.faults;
  settings_ = std::move(settings);
  journal_.keep(settings_.record.requests);
  if (new_keys) apply_keys();
  if (new_faults) set_faults(settings_.faults, now);
}

void Provider::add_faults(const std::vector<Fault>& faults, Instant now) {
  for (const Fault& fault : faults) {
    if (faults_.entries().size() < kMaxFaults) faults_.add(fault, now);
  }
}

void Provider::set_faults(const std::vector<Fault>& faults, Instant now) {
  faults_.clear();
  settings_.faults = faults;
  add_faults(faults, now);
}

std::optional<FaultKind> Provider::accepted(std::size_t port, Instant now) {
  Random random(~settings_.seed ^ ++accepted_ * kOrdinalStride);
  const std::vector<Fault> striking = faults_.strike(Subject{.port = port}, Moment::Accept, now, random);
  if (striking.empty()) return std::nullopt;
  return striking.front().kind;
}

Provider::Caller Provider::caller_of(const Heard& heard) {
  Caller caller;
  caller.path = heard.target.substr(0, heard.target.find('?'));
  caller.key = key_in(first_of(heard, {"authorization", "x-api-key", "api-key", "x-goog-api-key"}));
  caller.call = gemini_call_of(heard.method, heard.target);
  if (caller.call != Call::Unknown) return caller;
  caller.call = call_of(heard.method, caller.path, !field(heard, "anthropic-version").empty());
  return caller;
}

Record& Provider::opened(const Heard& heard, Caller& caller, Instant now) {
  Record record;
  record.port = heard.port;
  record.connection = heard.connection;
  record.method = heard.method;
  record.path = heard.target;
  record.key_tail = caller.key.empty() ? std::string{} : key_tail(caller.key);
  record.request_id = first_of(heard, {"x-request-id", "x-drover-request-id", "x-client-request-id"});
  record.arrived = now;
  record.request_bytes = heard.body.size();
  record.thoughts = thoughts_in(heard.body);
  if (settings_.record.fields) record.fields = recorded_fields(heard);
  record.request_body = heard.body.substr(0, settings_.record.body_bytes);
  Record& open = journal_.open(std::move(record));
  caller.ordinal = open.ordinal;
  open.our_id = "req_mock_" + std::to_string(open.ordinal);
  return open;
}

std::optional<Script> Provider::head_heard(const Heard& heard, Now now, std::uint64_t& ordinal) {
  if (faults_.entries().empty()) return std::nullopt;
  Caller caller = caller_of(heard);
  Random random(settings_.seed ^ (journal_.total() + 1) * kOrdinalStride ^ 1U);
  const Subject subject{.port = heard.port, .key = caller.key, .path = caller.path};
  const std::vector<Fault> striking = faults_.strike(subject, Moment::Head, now.at, random);
  if (striking.empty()) return std::nullopt;
  Record& record = opened(heard, caller, now.at);
  ordinal = caller.ordinal;
  Answer answer = *replacement(caller.call, false, striking.front(), now.unix_seconds);
  Heard early = heard;
  early.asked.keep_alive = false;
  return played(early, std::move(answer), striking, record, random);
}

Script Provider::heard(const Heard& heard, Now now, std::uint64_t& ordinal) {
  Caller caller = caller_of(heard);
  Result<Ask> ask = speaks_gemini(caller.call) ? read_gemini_ask(caller.call, heard.target, heard.body)
                                               : read_ask(caller.call, field(heard, "content-type"), heard.body);
  Record& record = opened(heard, caller, now.at);
  ordinal = caller.ordinal;
  if (ask) record.model = ask->model;
  if (ask) record.stream = ask->stream;
  if (ask) record.images = ask->images;

  Random random(settings_.seed ^ (caller.ordinal - before_reset_) * kOrdinalStride);
  const Subject subject{.port = heard.port, .key = caller.key, .path = caller.path, .model = record.model};
  const std::vector<Fault> striking = faults_.strike(subject, Moment::Request, now.at, random);
  record.fault = described(striking);
  if (const std::optional<Ending> ending = without_answer(striking)) return silent(*ending);
  for (const Fault& fault : striking) {
    const bool stream = ask.has_value() && ask->stream;
    std::optional<Answer> instead = replacement(caller.call, stream, fault, now.unix_seconds);
    if (instead) return played(heard, *std::move(instead), striking, record, random);
  }
  if (ask && ask->streamable && any(striking, FaultKind::OtherForm)) ask->stream = !ask->stream;
  return played(heard, honest_answer(heard, ask, caller, now), striking, record, random);
}

std::optional<Answer> Provider::refused_by_key(const Caller& caller, std::int64_t tokens, Now now) {
  if (limits_.empty()) return std::nullopt;
  const auto known = limits_.find(caller.key);
  if (known == limits_.end()) {
    return speaks_gemini(caller.call) ? gemini_bad_key(caller.call) : error_answer(caller.call, usual_error(401, {}));
  }
  const RateLimits::Verdict verdict = known->second.admit(static_cast<double>(tokens), now.at);
  if (verdict.limit == Limit::None) {
    admitted_.emplace(caller.ordinal, known->first);
    return std::nullopt;
  }
  ProviderError error = usual_error(429, {});
  if (verdict.limit == Limit::Tokens) {
    error.type = "tokens";
    error.message = "Rate limit reached for tokens.";
  }
  Answer answer = error_answer(caller.call, error);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(verdict.retry_after).count();
  const auto thousandths = std::chrono::ceil<std::chrono::milliseconds>(verdict.retry_after).count();
  if (settings_.tell_limits == TellLimits::Nothing) return answer;
  answer.fields = limit_fields(settings_.tell_limits, known->second, caller.call, now);
  answer.fields.push_back({"Retry-After", std::to_string(std::max<std::int64_t>(1, seconds))});
  answer.fields.push_back({"retry-after-ms", std::to_string(thousandths)});
  return answer;
}

std::optional<Answer> Provider::refused_ask(Call call, const Result<Ask>& ask) const {
  if (!ask) {
    const Error& error = ask.error();
    return error_answer(call, {error.status, "invalid_request_error", error.code, error.message});
  }
  if (!ask->model.empty() && !serves(settings_, ask->model)) return error_answer(call, usual_error(404, {}));
  return std::nullopt;
}

Answer Provider::honest_answer(const Heard& heard, const Result<Ask>& ask, const Caller& caller, Now now) {
  const std::int64_t output = ask && ask->most_tokens ? *ask->most_tokens : 0;
  std::optional<Answer> refused = refused_by_key(caller, ask ? ask->input_tokens + output : 1, now);
  if (refused) return *std::move(refused);
  refused = refused_ask(caller.call, ask);
  if (refused) return *std::move(refused);
  Answer answer = made_answer(heard, caller, *ask);
  if (const auto limits = limits_.find(caller.key); limits != limits_.end()) {
    for (FieldLine& line : limit_fields(settings_.tell_limits, limits->second, caller.call, now)) {
      answer.fields.push_back(std::move(line));
    }
  }
  return answer;
}

Answer Provider::responded(const Ask& ask) {
  if (!ask.previous.empty() && store_.find(Kept::Response, ask.previous) == nullptr) {
    return error_answer(ask.call, {400, "invalid_request_error", "previous_response_not_found",
                                   "Previous response with id '" + ask.previous + "' not found."});
  }
  const Reply reply = make_reply(ask, settings_);
  if (ask.store) store_.put(stored_response(ask, reply));
  return responses_answer(ask, reply);
}

Answer Provider::model_answer_to(Call call, const Ask& ask, std::string_view body) {
  switch (call) {
    case Call::Chat: return chat_answer(ask, make_reply(ask, settings_));
    case Call::Completions: return completion_answer(ask, make_reply(ask, settings_));
    case Call::Responses: return responded(ask);
    case Call::Embeddings: return embeddings_answer(ask, settings_);
    case Call::Moderations: return moderations_answer(ask);
    case Call::Transcriptions: return transcription_answer(ask);
    case Call::Images: return images_answer(ask, body);
    case Call::Speech: return speech_answer(body);
    case Call::Rerank: return rerank_answer(ask, body);
    case Call::Messages: return messages_answer(ask, make_reply(ask, settings_));
    case Call::CountTokens: return count_tokens_answer(ask);
    case Call::Generate:
    case Call::GenerateList: return generate_answer(ask, make_reply(ask, settings_));
    case Call::GeminiCountTokens: return gemini_count_answer(ask);
    case Call::GeminiEmbed:
    case Call::GeminiBatchEmbed: return gemini_embeddings_answer(ask, settings_);
    default: return unknown_url(call);
  }
}

Answer Provider::answer_in_batch(std::string_view path, std::string_view body) {
  const Call call = call_of("POST", path);
  const Result<Ask> ask = read_ask(call, "application/json", body);
  std::optional<Answer> refused = refused_ask(call, ask);
  return refused ? *std::move(refused) : model_answer_to(call, *ask, body);
}

Answer Provider::made_answer(const Heard& heard, const Caller& caller, const Ask& ask) {
  const auto in_batch = [this](std::string_view path, std::string_view body) { return answer_in_batch(path, body); };
  switch (caller.call) {
    case Call::Models: return models_answer(settings_);
    case Call::Model: return model_answer(settings_, caller.path.substr(std::string_view("/v1/models/").size()));
    case Call::Files: return files_answer(store_, heard.method, caller.path, field(heard, "content-type"), heard.body);
    case Call::Batches: return batches_answer(store_, heard.method, caller.path, heard.body, in_batch);
    case Call::MessageBatches: return message_batches_answer(store_, heard.method, caller.path, heard.body, in_batch);
    case Call::StoredResponses: return stored_answer(store_, heard.method, caller.path);
    case Call::AnthropicModels: return anthropic_models_answer(settings_);
    case Call::AnthropicModel:
      return anthropic_model_answer(settings_, caller.path.substr(std::string_view("/v1/models/").size()));
    case Call::GeminiModels: return gemini_models_answer(settings_);
    case Call::GeminiModel: return gemini_model_answer(settings_, caller.path);
    default: return model_answer_to(caller.call, ask, heard.body);
  }
}

Script Provider::played(const Heard& heard, Answer answer, const std::vector<Fault>& faults, Record& record,
                        Random& random) const {
  record.fault = described(faults);
  record.status = answer.status;
  answer.fields.push_back({speaks_anthropic(answer.call) ? "request-id" : "x-request-id", record.our_id});
  Performance how{.asked = heard.asked, .pace = {}, .cuts = settings_.cuts};
  // A provider makes an error at once; only answers take time.
  if (answer.status < 400) {
    how.pace.first_token = settings_.first_token.draw_span(random);
    how.pace.each_token = token_time(settings_.tokens_per_second, random);
  }
  return write_script(std::move(answer), how, faults, random);
}

void Provider::ended(std::uint64_t ordinal, const End& end, std::string_view body, Instant now) {
  if (const auto admitted = admitted_.find(ordinal); admitted != admitted_.end()) {
    if (const auto limits = limits_.find(admitted->second); limits != limits_.end()) limits->second.finished();
    admitted_.erase(admitted);
  }
  Record* record = journal_.find(ordinal);
  if (record == nullptr) return;
  record->outcome = end.outcome;
  record->first_byte = end.first_byte;
  record->client_gone = end.client_gone;
  record->ended = now;
  record->body_bytes = body.size();
  record->body_hash = fnv1a(body);
  record->body = body.substr(0, settings_.record.body_bytes);
  journal_.close(*record);
}

std::string Provider::faults_to_json() const {
  boost::json::array list;
  for (const FaultPlan::Entry& entry : faults_.entries()) {
    list.emplace_back(boost::json::object{{"fault", fault_text(entry.fault)},
                                          {"kind", kind_text(entry.fault)},
                                          {"matched", entry.matched},
                                          {"hits", entry.hits}});
  }
  return boost::json::serialize(boost::json::object{{"faults", std::move(list)}});
}

}  // namespace drover::mock
