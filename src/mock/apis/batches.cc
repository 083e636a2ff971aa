#include "mock/apis/batches.h"

#include <algorithm>
#include <boost/json.hpp>

#include "mock/answers/form.h"
#include "mock/answers/json_object.h"
#include "mock/answers/reply.h"
#include "mock/apis/anthropic_messages.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

constexpr std::string_view kFiles = "/v1/files";
constexpr std::string_view kBatches = "/v1/batches";
constexpr std::string_view kMessageBatches = "/v1/messages/batches";
constexpr std::string_view kTime = "2026-01-01T00:00:00Z";

Answer not_found(Call call, std::string_view what, const std::string& id) {
  return error_answer(call, {404, "invalid_request_error", {}, "No such " + std::string(what) + " object: " + id});
}

Answer refused(Call call, std::string message) {
  return error_answer(call, {400, "invalid_request_error", "invalid_value", std::move(message)});
}

Answer listed(Call call, const std::vector<const Stored*>& objects) {
  json::array data;
  for (const Stored* each : objects) data.emplace_back(json::parse(each->json));
  json::object page = list_page(std::move(data));
  if (call != Call::MessageBatches) page["object"] = "list";
  return plain_answer(call, json::serialize(page));
}

std::string keep_file(Store& store, std::string_view name, std::string_view purpose, std::string_view content) {
  std::string id = store.next_id("file-mock");
  std::string text = json::serialize(json::object{{"id", id},
                                                  {"object", "file"},
                                                  {"bytes", content.size()},
                                                  {"created_at", kCreated},
                                                  {"expires_at", nullptr},
                                                  {"filename", name},
                                                  {"purpose", purpose},
                                                  {"status", "processed"},
                                                  {"status_details", nullptr}});
  store.put({.kind = Kept::File, .id = id, .json = std::move(text), .content = std::string(content)});
  return id;
}

std::string body_of(const Answer& answer) {
  std::string body;
  for (const Piece& piece : answer.pieces) body += piece.bytes;
  return body;
}

json::value json_of(const Answer& answer) {
  json::error_code error;
  json::value parsed = json::parse(body_of(answer), error, {}, {.max_depth = 256});
  return error ? json::value(nullptr) : parsed;
}

std::string plain_body(json::object body) {
  body.erase("stream");
  return json::serialize(body);
}

struct Results {
  std::string lines;
  std::int64_t total = 0;
  std::int64_t failed = 0;
};

/// One line of a batch's file: {"custom_id", "method", "url", "body"}.
void answer_line(std::string_view line, const AnswerTo& answer_to, Results& results) {
  json::object asked = parsed_object(line);
  const json::value* body = asked.if_contains("body");
  const Answer answer =
      answer_to(text_in(asked, "url"), body != nullptr && body->is_object() ? plain_body(body->get_object()) : "{}");
  ++results.total;
  if (answer.status >= 400) ++results.failed;
  const std::string number = std::to_string(results.total);
  results.lines += json::serialize(json::object{{"id", "batch_req_mock" + number},
                                                {"custom_id", text_in(asked, "custom_id")},
                                                {"response", json::object{{"status_code", answer.status},
                                                                          {"request_id", "req_mock_batch" + number},
                                                                          {"body", json_of(answer)}}},
                                                {"error", nullptr}}) +
                   "\n";
}

Answer make_batch(Store& store, std::string_view body, const AnswerTo& answer_to) {
  const json::object asked = parsed_object(body);
  const std::string input(text_in(asked, "input_file_id"));
  const Stored* const file = store.find(Kept::File, input);
  if (file == nullptr) return refused(Call::Batches, "The input file was not found.");
  Results results;
  const std::string lines = file->content;  // a copy: an answer may be stored in place of the file
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (results.total == static_cast<std::int64_t>(kMostBatchRequests)) {
      return refused(Call::Batches, "A batch of the mock has at most 1000 requests.");
    }
    answer_line(line, answer_to, results);
  }
  const std::string output = keep_file(store, "output.jsonl", "batch_output", results.lines);
  const std::string id = store.next_id("batch_mock");
  const json::value* metadata = asked.if_contains("metadata");
  std::string text =
      json::serialize(json::object{{"id", id},
                                   {"object", "batch"},
                                   {"endpoint", text_in(asked, "endpoint")},
                                   {"errors", nullptr},
                                   {"input_file_id", input},
                                   {"completion_window", text_in(asked, "completion_window")},
                                   {"status", "completed"},
                                   {"output_file_id", output},
                                   {"error_file_id", nullptr},
                                   {"created_at", kCreated},
                                   {"in_progress_at", kCreated},
                                   {"expires_at", kCreated + 86'400},
                                   {"finalizing_at", kCreated},
                                   {"completed_at", kCreated},
                                   {"request_counts", json::object{{"total", results.total},
                                                                   {"completed", results.total - results.failed},
                                                                   {"failed", results.failed}}},
                                   {"metadata", metadata != nullptr ? *metadata : json::value(nullptr)}});
  store.put({.kind = Kept::Batch, .id = id, .json = text, .content = {}});
  return plain_answer(Call::Batches, std::move(text));
}

Answer make_message_batch(Store& store, std::string_view body, const AnswerTo& answer_to) {
  const json::object asked = parsed_object(body);
  const json::value* requests = asked.if_contains("requests");
  if (requests == nullptr || !requests->is_array() || requests->get_array().size() > kMostBatchRequests) {
    return refused(Call::MessageBatches, "requests: a list of at most 1000 is required");
  }
  std::string lines;
  std::int64_t errored = 0;
  for (const json::value& each : requests->get_array()) {
    const json::object request = each.is_object() ? each.get_object() : json::object{};
    const json::value* params = request.if_contains("params");
    const Answer answer =
        answer_to("/v1/messages", params != nullptr && params->is_object() ? plain_body(params->get_object()) : "{}");
    const bool good = answer.status < 400;
    if (!good) ++errored;
    json::object result{{"type", good ? "succeeded" : "errored"}};
    result[good ? "message" : "error"] = json_of(answer);
    lines +=
        json::serialize(json::object{{"custom_id", text_in(request, "custom_id")}, {"result", std::move(result)}}) +
        "\n";
  }
  const std::string id = store.next_id("msgbatch_mock");
  const auto total = static_cast<std::int64_t>(requests->get_array().size());
  std::string text = json::serialize(json::object{
      {"id", id},
      {"type", "message_batch"},
      {"processing_status", "ended"},
      {"request_counts",
       json::object{
           {"processing", 0}, {"succeeded", total - errored}, {"errored", errored}, {"canceled", 0}, {"expired", 0}}},
      {"created_at", kTime},
      {"ended_at", kTime},
      {"expires_at", "2026-01-02T00:00:00Z"},
      {"archived_at", nullptr},
      {"cancel_initiated_at", nullptr},
      {"results_url", std::string(kMessageBatches) + "/" + id + "/results"}});
  store.put({.kind = Kept::MessageBatch, .id = id, .json = text, .content = std::move(lines)});
  return plain_answer(Call::MessageBatches, std::move(text));
}

}  // namespace

Answer files_answer(Store& store, std::string_view method, std::string_view path, std::string_view content_type,
                    std::string_view body) {
  const auto [id, rest] = stored_path(path, kFiles);
  if (id.empty() && method == "POST") {
    const auto file = form_part(content_type, body, "file");
    const auto purpose = form_part(content_type, body, "purpose");
    const std::string made = keep_file(store, file && !file->filename.empty() ? file->filename : "mock.jsonl",
                                       purpose ? purpose->content : "user_data", file ? file->content : body);
    const Stored* const kept = store.find(Kept::File, made);
    if (kept == nullptr) return error_answer(Call::Files, usual_error(413, {}));
    return plain_answer(Call::Files, kept->json);
  }
  if (id.empty()) return method == "GET" ? listed(Call::Files, store.list(Kept::File)) : unknown_url(Call::Files);
  const Stored* const found = store.find(Kept::File, id);
  if (found == nullptr) return not_found(Call::Files, "File", id);
  if (method == "GET" && rest.empty()) return plain_answer(Call::Files, found->json);
  if (method == "GET" && rest == "/content") {
    Answer answer = plain_answer(Call::Files, found->content);
    answer.content_type = "application/octet-stream";
    return answer;
  }
  if (method != "DELETE" || !rest.empty()) return unknown_url(Call::Files);
  store.erase(Kept::File, id);
  return plain_answer(Call::Files, json::serialize(json::object{{"id", id}, {"object", "file"}, {"deleted", true}}));
}

Answer batches_answer(Store& store, std::string_view method, std::string_view path, std::string_view body,
                      const AnswerTo& answer_to) {
  const auto [id, rest] = stored_path(path, kBatches);
  if (id.empty() && method == "POST") return make_batch(store, body, answer_to);
  if (id.empty()) return method == "GET" ? listed(Call::Batches, store.list(Kept::Batch)) : unknown_url(Call::Batches);
  const Stored* const found = store.find(Kept::Batch, id);
  if (found == nullptr) return not_found(Call::Batches, "Batch", id);
  const bool told = (method == "GET" && rest.empty()) || (method == "POST" && rest == "/cancel");
  return told ? plain_answer(Call::Batches, found->json) : unknown_url(Call::Batches);
}

Answer message_batches_answer(Store& store, std::string_view method, std::string_view path, std::string_view body,
                              const AnswerTo& answer_to) {
  const Call call = Call::MessageBatches;
  const auto [id, rest] = stored_path(path, kMessageBatches);
  if (id.empty() && method == "POST") return make_message_batch(store, body, answer_to);
  if (id.empty()) return method == "GET" ? listed(call, store.list(Kept::MessageBatch)) : unknown_url(call);
  const Stored* const found = store.find(Kept::MessageBatch, id);
  if (found == nullptr) return not_found(call, "MessageBatch", id);
  if (method == "GET" && rest == "/results") {
    Answer answer = plain_answer(call, found->content);
    answer.content_type = "application/x-jsonl";
    return answer;
  }
  if (method == "DELETE" && rest.empty()) {
    store.erase(Kept::MessageBatch, id);
    return plain_answer(call, json::serialize(json::object{{"id", id}, {"type", "message_batch_deleted"}}));
  }
  const bool told = (method == "GET" && rest.empty()) || (method == "POST" && rest == "/cancel");
  return told ? plain_answer(call, found->json) : unknown_url(call);
}

}  // namespace drover::mock
