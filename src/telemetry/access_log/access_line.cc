#include "telemetry/access_log/access_line.h"

#include "telemetry/access_log/json_line.h"
#include "telemetry/log/timestamp.h"

namespace drover::telemetry {
namespace {

std::int64_t milliseconds(Duration span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

template <std::size_t size>
void text_or_null(JsonLine& line, const char (&name)[size], std::string_view value) {
  line.key(name);
  if (value.empty()) {
    line.null();
  } else {
    line.text(value);
  }
}

void attempts(JsonLine& line, std::span<const AccessAttempt> all) {
  line.key("attempts");
  line.open('[');
  for (const AccessAttempt& attempt : all) {
    line.open('{');
    line.key("target");
    line.text(attempt.target);
    line.key("class");
    line.word(attempt.outcome);
    line.key("status");
    line.number(attempt.status);
    if (!attempt.upstream_id.empty()) {
      line.key("upstream_request_id");
      line.text(attempt.upstream_id);
    }
    line.key("ms");
    line.number(milliseconds(attempt.took));
    if (!attempt.form.empty()) {
      line.key("translated_to");
      line.text(attempt.form);
    }
    line.key("reused");
    line.boolean(attempt.reused);
    line.close('}');
  }
  line.close(']');
}

void tokens(JsonLine& line, const AccessRecord& record) {
  line.key("tokens");
  if (!record.has_tokens) return line.null();
  line.open('{');
  line.key("in");
  line.number(record.tokens.input);
  line.key("out");
  line.number(record.tokens.output);
  line.key("cached");
  line.number(record.tokens.cached);
  line.key("estimated");
  line.boolean(record.tokens.estimated);
  line.close('}');
}

}  // namespace

std::string_view access_line(const AccessRecord& record, std::span<char> memory) {
  JsonLine line(memory);
  line.open('{');
  const auto time = timestamp(record.unix_milliseconds);
  line.key("time");
  line.word({time.data(), time.size()});
  line.key("id");
  line.text(record.id);
  text_or_null(line, "client", record.client);
  text_or_null(line, "method", record.method);
  text_or_null(line, "api", record.api);
  text_or_null(line, "model", record.model);
  text_or_null(line, "route", record.route);
  line.key("stream");
  line.boolean(record.streamed);
  line.key("status");
  line.number(record.status);
  text_or_null(line, "error", record.error);
  attempts(line, record.attempts);
  tokens(line, record);
  line.key("cost_nano_usd");
  if (record.cost_nano_usd < 0) {
    line.null();
  } else {
    line.number(record.cost_nano_usd);
  }
  line.key("bytes_up");
  line.number(record.bytes_up);
  line.key("bytes_down");
  line.number(record.bytes_down);
  line.key("first_content_ms");
  if (record.first_content == kNoLimit) {
    line.null();
  } else {
    line.number(milliseconds(record.first_content));
  }
  line.key("ms");
  line.number(milliseconds(record.duration));
  line.close('}');
  return line.line();
}

}  // namespace drover::telemetry
