#include "telemetry/log/status_words.h"

#include <chrono>

#include "telemetry/log/timestamp.h"

namespace drover::telemetry {

std::string reason(ErrorKind why, int status, std::string_view code) {
  const std::string_view kind = to_string(why);
  const std::string_view named = code.empty() ? kind : code;
  if (status >= 400) return std::to_string(status) + " " + std::string(named);
  if (status > 0) return std::string(named) + " in a " + std::to_string(status) + " answer";
  std::string text(kind);
  // "upstream_connect" says no more than "connect" does; "tls_cert_expired" says more than "tls".
  if (!code.empty() && !code.ends_with(kind)) text.append(" (").append(code).append(")");
  return text;
}

std::string span_text(Duration span) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
  if (milliseconds < 1000) return std::to_string(milliseconds) + " ms";
  const std::int64_t tenths = (milliseconds + 50) / 100;
  std::string text = std::to_string(tenths / 10);
  if (tenths < 100 && tenths % 10 != 0) text.append(".").append(std::to_string(tenths % 10));
  return text + " s";
}

std::string cause_text(const core::Cause& cause) {
  std::string text = reason(cause.kind, cause.status, cause.code.view());
  if (cause.siblings_answer) text = "answers " + text + " where its siblings answer";
  if (cause.retry_after) text.append(", retry-after ").append(span_text(*cause.retry_after));
  if (!cause.request.empty()) text.append(", request ").append(cause.request.view());
  if (cause.by_probe) text.append(", found by a probe");
  return text;
}

std::string why_text(const core::TargetView& view, std::optional<std::int64_t> until) {
  if (view.condition == core::TargetCondition::Ok) return {};
  std::string text(core::to_string(view.condition));
  if (until) {
    constexpr std::size_t kClock = 11;  // of "2026-11-22T12:03:07.123Z"
    const auto time = timestamp(*until);
    text.append(" until ").append(time.data() + kClock, 8).append("Z");
  }
  if (view.cause.known()) return text + ": " + cause_text(view.cause);
  if (view.condition == core::TargetCondition::Suspect) text += ": several requests wait for it and nothing comes";
  return text;
}

}  // namespace drover::telemetry
