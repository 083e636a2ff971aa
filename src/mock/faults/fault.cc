#include "mock/faults/fault.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "mock/provider/duration_text.h"

namespace drover::mock {
namespace {

struct KindRow {
  std::string_view name;
  FaultKind kind;
  std::string_view options;  ///< its own options, separated by spaces
};

constexpr std::string_view kStatusOptions =
    "code body retry-after retry-after-date retry-after-rfc850 retry-after-asctime retry-after-ms reset";

constexpr KindRow kKinds[] = {
    {"refuse", FaultKind::Refuse, ""},
    {"reset-on-accept", FaultKind::ResetOnAccept, ""},
    {"accept-hang", FaultKind::AcceptHang, ""},
    {"hang", FaultKind::Hang, ""},
    {"reset", FaultKind::Reset, ""},
    {"close", FaultKind::Close, ""},
    {"early-413", FaultKind::EarlyTooLarge, ""},
    {"error-in-200", FaultKind::ErrorIn200, "code"},
    {"html", FaultKind::Html, ""},
    {"hang-after-head", FaultKind::HangAfterHead, ""},
    {"stall", FaultKind::Stall, "after"},
    {"cut", FaultKind::Cut, "after how"},
    {"error-first", FaultKind::ErrorFirst, "code"},
    {"error-after-lifecycle", FaultKind::ErrorAfterLifecycle, "code"},
    {"error-mid", FaultKind::ErrorMid, "after code"},
    {"malformed", FaultKind::Malformed, "after"},
    {"drip", FaultKind::Drip, "every"},
    {"gzip", FaultKind::Gzip, ""},
    {"no-done", FaultKind::NoDone, ""},
    {"incomplete", FaultKind::Incomplete, ""},
    {"empty-choices", FaultKind::EmptyChoices, ""},
    {"wrong-length", FaultKind::WrongLength, "by"},
    {"junk-headers", FaultKind::JunkHeaders, ""},
    {"bad-head", FaultKind::BadHead, "code"},
    {"interim", FaultKind::Interim, "by"},
    {"other-form", FaultKind::OtherForm, ""},
    {"quirks", FaultKind::Quirks, ""},
    {"unsolicited", FaultKind::Unsolicited, ""},
    {"close-after", FaultKind::CloseAfter, ""},
    {"slow", FaultKind::Slow, "factor"},
};

constexpr std::array<std::string_view, 9> kCommonOptions = {"key",  "path",  "model", "port", "p",
                                                            "skip", "count", "from",  "for"};

const KindRow* row_of(FaultKind kind) {
  const auto* found =
      std::find_if(std::begin(kKinds), std::end(kKinds), [kind](const KindRow& row) { return row.kind == kind; });
  return found == std::end(kKinds) ? nullptr : found;
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t space = std::min(words.find(' '), words.size());
    if (words.substr(0, space) == word) return true;
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  return false;
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

Result<std::uint64_t> natural(std::string_view name, std::string_view value) {
  const Result<std::int64_t> number = parse_integer(value);
  if (!number || *number < 0)
    return fail(bad_setting(std::string(name) + " needs a whole number, not " + quoted(value)));
  return static_cast<std::uint64_t>(*number);
}

bool header_safe(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string masked(const std::string& key) {
  return key.size() <= 4 ? "*" + key : "*" + key.substr(key.size() - 4);
}

}  // namespace

bool strikes_on_accept(FaultKind kind) {
  return kind == FaultKind::Refuse || kind == FaultKind::ResetOnAccept || kind == FaultKind::AcceptHang;
}

std::string fault_kinds() {
  std::string names;
  for (const KindRow& row : kKinds) names += std::string(row.name) + ", ";
  return names + "or a status from 400 to 599";
}

std::string kind_text(const Fault& fault) {
  const KindRow* row = row_of(fault.kind);
  return row == nullptr ? std::to_string(fault.status) : std::string(row->name);
}

Result<void> FaultBuilder::kind(std::string_view name) {
  for (const KindRow& row : kKinds) {
    if (row.name != name) continue;
    fault_.kind = row.kind;
    if (row.kind == FaultKind::Interim) fault_.by = 1;
    have_kind_ = true;
    return {};
  }
  const Result<std::int64_t> status = parse_integer(name);
  if (!status || *status < 400 || *status > 599) {
    return fail(bad_setting("unknown fault " + quoted(name) + "; the kinds are " + fault_kinds()));
  }
  fault_.kind = FaultKind::Status;
  fault_.status = static_cast<int>(*status);
  have_kind_ = true;
  return {};
}

Result<void> FaultBuilder::scope(std::string_view name, std::string_view value) {
  if (value.empty()) return fail(bad_setting(std::string(name) + " needs a value"));
  if (name == "key") fault_.scope.key = value;
  if (name == "path") fault_.scope.path = value;
  if (name == "model") fault_.scope.model = value;
  if (name == "port") {
    const Result<std::uint64_t> port = natural(name, value);
    if (!port) return fail(port.error());
    fault_.scope.port = *port;
  }
  return {};
}

Result<void> FaultBuilder::times(std::string_view name, std::string_view value) {
  if (name == "p") {
    const Result<double> probability = parse_number(value);
    if (!probability || *probability < 0 || *probability > 1) {
      return fail(bad_setting("p is a probability from 0 to 1, not " + quoted(value)));
    }
    fault_.times.probability = *probability;
    return {};
  }
  if (name == "skip" || name == "count") {
    const Result<std::uint64_t> number = natural(name, value);
    if (!number) return fail(number.error());
    if (name == "skip") fault_.times.skip = *number;
    if (name == "count") fault_.times.count = *number;
    return {};
  }
  const Result<Duration> span = parse_span(value);
  if (!span) return fail(span.error());
  if (*span < Duration::zero()) return fail(bad_setting(std::string(name) + " cannot be negative"));
  if (name == "from") fault_.times.from = *span;
  if (name == "for") fault_.times.lasts = *span;
  return {};
}

Result<void> FaultBuilder::come_back(std::string_view name, std::string_view value) {
  ComeBack& form = fault_.come_back;
  if (!header_safe(value)) return fail(bad_setting(std::string(name) + " can only hold printable ASCII"));
  if (name == "retry-after") form.retry_after = value == "none" ? std::string_view{} : value;
  if (name == "retry-after-ms") form.milliseconds = value;
  if (name == "reset") form.reset = value;
  if (name.starts_with("retry-after-") && name != "retry-after-ms") {
    const Result<Duration> span = parse_span(value);
    if (!span) return fail(span.error());
    if (name == "retry-after-date") form.imf_date = *span;
    if (name == "retry-after-rfc850") form.rfc850_date = *span;
    if (name == "retry-after-asctime") form.asctime_date = *span;
  }
  return {};
}

Result<void> FaultBuilder::detail(std::string_view name, std::string_view value) {
  if (name == "code") {
    if (!header_safe(value)) return fail(bad_setting("code can only hold printable ASCII"));
    fault_.code = value;
  } else if (name == "after") {
    const Result<std::uint64_t> after = natural(name, value);
    if (!after) return fail(after.error());
    fault_.after = *after;
  } else if (name == "by") {
    const Result<std::int64_t> by = parse_integer(value);
    if (!by || *by < -1'000'000 || *by > 1'000'000) return fail(bad_setting("by needs a whole number up to a million"));
    fault_.by = *by;
  } else if (name == "every") {
    const Result<Duration> every = parse_span(value);
    if (!every) return fail(every.error());
    fault_.every = *every;
  } else if (name == "factor") {
    const Result<double> factor = parse_number(value);
    if (!factor || *factor < 0 || *factor > 1e6) return fail(bad_setting("factor is a number from 0 to a million"));
    fault_.factor = *factor;
  } else if (name == "how") {
    if (value != "middle" && value != "clean" && value != "reset") {
      return fail(bad_setting("how is middle, clean or reset, not " + quoted(value)));
    }
    fault_.how = value == "middle" ? CutHow::Middle : value == "clean" ? CutHow::Clean : CutHow::Reset;
  } else if (name == "body") {
    if (value != "json" && value != "html" && value != "empty") {
      return fail(bad_setting("body is json, html or empty, not " + quoted(value)));
    }
    fault_.body = value == "json" ? ErrorBody::Json : value == "html" ? ErrorBody::Html : ErrorBody::Empty;
  }
  return {};
}

Result<void> FaultBuilder::option(std::string_view name, std::string_view value) {
  if (name == "key" || name == "path" || name == "model" || name == "port") return scope(name, value);
  if (std::find(kCommonOptions.begin(), kCommonOptions.end(), name) != kCommonOptions.end()) return times(name, value);
  const KindRow* row = row_of(fault_.kind);
  const std::string_view own = row == nullptr ? kStatusOptions : row->options;
  if (!has_word(own, name)) {
    std::string known;
    for (const std::string_view common : kCommonOptions) known += " " + std::string(common);
    return fail(bad_setting(quoted(kind_text(fault_)) + " has no option " + quoted(name) +
                            "; it takes: " + std::string(own) + known));
  }
  if (name == "reset" || name.starts_with("retry-after")) return come_back(name, value);
  return detail(name, value);
}

Result<Fault> FaultBuilder::finish() const {
  if (!have_kind_) return fail(bad_setting("a fault needs a kind: " + fault_kinds()));
  const FaultScope& scope = fault_.scope;
  const bool names_a_request = !scope.key.empty() || !scope.path.empty() || !scope.model.empty();
  if (strikes_on_accept(fault_.kind) && names_a_request) {
    return fail(bad_setting("'" + kind_text(fault_) +
                            "' strikes before a request can be read, so it knows only the scope "
                            "port=N; for one key, path or model use reset, close or hang"));
  }
  const FaultTimes& times = fault_.times;
  if (fault_.kind == FaultKind::Refuse && (times.probability < 1 || times.skip > 0 || times.count)) {
    return fail(
        bad_setting("a closed port refuses everybody: 'refuse' takes from and for, not p, skip or count; "
                    "'reset-on-accept' takes them"));
  }
  if (fault_.kind == FaultKind::EarlyTooLarge && !scope.model.empty()) {
    return fail(bad_setting("'early-413' answers before the body, so it cannot know the model"));
  }
  return fault_;
}

Result<Fault> parse_fault(std::string_view text) {
  if (text.size() > kMaxFaultText) return fail(bad_setting("a fault longer than 1024 characters"));
  const std::vector<std::string_view> segments = split(text, ':');
  FaultBuilder builder;
  const auto kind =
      std::find_if(segments.begin(), segments.end(), [](std::string_view part) { return !part.contains('='); });
  if (kind == segments.end())
    return fail(bad_setting("no fault in " + quoted(text) + "; the kinds are " + fault_kinds()));
  if (const Result<void> known = builder.kind(*kind); !known) return fail(known.error());
  for (auto segment = segments.begin(); segment != segments.end(); ++segment) {
    if (segment == kind) continue;
    for (const std::string_view option : split(*segment, ',')) {
      const std::size_t equals = option.find('=');
      if (equals == std::string_view::npos) {
        return fail(bad_setting(quoted(option) + " in " + quoted(text) + " is not an option; options are name=value"));
      }
      const Result<void> taken = builder.option(option.substr(0, equals), option.substr(equals + 1));
      if (!taken) return fail(taken.error());
    }
  }
  return builder.finish();
}

std::string fault_text(const Fault& fault) {
  const Fault plain;
  std::string text;
  if (!fault.scope.key.empty()) text += "key=" + masked(fault.scope.key) + ":";
  if (!fault.scope.path.empty()) text += "path=" + fault.scope.path + ":";
  if (!fault.scope.model.empty()) text += "model=" + fault.scope.model + ":";
  if (fault.scope.port) text += "port=" + std::to_string(*fault.scope.port) + ":";
  text += kind_text(fault);

  const auto add = [&text](bool present, std::string_view name, const std::string& value) {
    if (present) text += ":" + std::string(name) + "=" + value;
  };
  const auto add_span = [&](const std::optional<Duration>& span, std::string_view name) {
    if (span) add(true, name, span_text(*span));
  };
  const KindRow* row = row_of(fault.kind);
  const std::string_view own = row == nullptr ? kStatusOptions : row->options;
  add(!fault.code.empty(), "code", fault.code);
  add(fault.body != ErrorBody::Json, "body", fault.body == ErrorBody::Html ? "html" : "empty");
  add(!fault.come_back.retry_after.empty(), "retry-after", fault.come_back.retry_after);
  add_span(fault.come_back.imf_date, "retry-after-date");
  add_span(fault.come_back.rfc850_date, "retry-after-rfc850");
  add_span(fault.come_back.asctime_date, "retry-after-asctime");
  add(!fault.come_back.milliseconds.empty(), "retry-after-ms", fault.come_back.milliseconds);
  add(!fault.come_back.reset.empty(), "reset", fault.come_back.reset);
  add(has_word(own, "after"), "after", std::to_string(fault.after));
  add(fault.how != CutHow::Middle, "how", fault.how == CutHow::Clean ? "clean" : "reset");
  add(has_word(own, "every"), "every", span_text(fault.every));
  char number[32];
  std::snprintf(number, sizeof number, "%g", fault.factor);
  add(has_word(own, "factor"), "factor", number);
  add(has_word(own, "by"), "by", std::to_string(fault.by));
  std::snprintf(number, sizeof number, "%g", fault.times.probability);
  add(fault.times.probability != plain.times.probability, "p", number);
  add(fault.times.skip != 0, "skip", std::to_string(fault.times.skip));
  if (fault.times.count) add(true, "count", std::to_string(*fault.times.count));
  add(fault.times.from != Duration::zero(), "from", span_text(fault.times.from));
  add(fault.times.lasts != kNoLimit, "for", span_text(fault.times.lasts));
  return text;
}

}  // namespace drover::mock
