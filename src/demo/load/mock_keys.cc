#include "demo/load/mock_keys.h"

#include <algorithm>

#include "demo/load/load_client.h"
#include "mock/faults/fault.h"

namespace drover::demo {
namespace {

/// How long lines() waits for the mock to note the end of cancelled requests.
constexpr Duration kSettle = std::chrono::seconds(5);

mock::Distribution uniform(const std::string& least, const std::string& most, mock::Distribution::Quantity quantity) {
  return mock::parse_distribution("uniform:" + least + "-" + most, quantity).value();
}

/// The request's id is near the beginning of its prompt, because the gateway's own id does not go upstream.
constexpr std::size_t kIdWithin = 512;

std::uint64_t request_in(std::string_view body) {
  const std::size_t begin = body.find(kIdPrefix);
  if (begin == std::string_view::npos) return kNoRequest;
  const std::size_t end = body.find_first_not_of("0123456789", begin + kIdPrefix.size());
  return request_number(body.substr(begin, end == std::string_view::npos ? end : end - begin));
}

mock::Settings settings_of(const Course& course) {
  mock::Settings settings;
  const std::size_t servers = course.options.keys + 1;  // the last one is the spare target's
  settings.listen.assign(servers, mock::ListenAt{});
  for (std::size_t key = 0; key < servers; ++key) settings.keys.push_back({.key = key_value(key)});
  settings.models = {"gpt-4o", kClaudeModel};
  settings.first_token = uniform(span_text(course.first_token_least), span_text(course.first_token_most),
                                 mock::Distribution::Quantity::Span);
  settings.tokens_per_second = mock::Distribution::fixed(course.tokens_per_second);
  // A draw is cut to a whole number, so the greatest number needs room above it.
  settings.answer_tokens = uniform(std::to_string(course.tokens_least), std::to_string(course.tokens_most) + ".99",
                                   mock::Distribution::Quantity::Number);
  settings.record.body_bytes = kIdWithin;
  // Twice the requests of the whole run, so that the mock forgets no line of the ledger.
  settings.record.requests = std::size_t{2} * course.options.rate * (course.options.seconds + 120);
  return settings;
}

}  // namespace

Result<std::unique_ptr<MockKeys>> MockKeys::start(const Course& course) {
  auto mock = mock::MockThread::start(settings_of(course));
  if (!mock) return fail(std::move(mock.error()));
  return std::unique_ptr<MockKeys>(new MockKeys(std::move(*mock), course.options.keys));
}

std::vector<std::string> MockKeys::base_urls() const {
  std::vector<std::string> urls;
  for (std::size_t key = 0; key <= keys_; ++key) urls.push_back(mock_->server().base_url(key));
  return urls;
}

Result<void> MockKeys::fall_ill(const Course& course, Ill ill) {
  std::vector<mock::Fault> striking;
  for (const std::string& text : faults(course, ill)) {
    const Result<mock::Fault> fault = mock::parse_fault(text);
    if (!fault) return fail(fault.error());
    striking.push_back(*fault);
  }
  mock_->server().set_faults(striking);
  return {};
}

std::uint64_t MockKeys::requests() const {
  std::uint64_t total = 0;
  (void)mock_->server().wait_for(
      [&total](const mock::Journal& journal) {
        total = journal.total();
        return true;
      },
      Duration::zero());
  return total;
}

std::vector<UpstreamLine> MockKeys::lines() const {
  // Read in place: copying the journal would hold up the mock.
  (void)mock_->server().wait_for(
      [](const mock::Journal& journal) {
        return std::ranges::all_of(journal.records(),
                                   [](const mock::Record& record) { return record.ended.has_value(); });
      },
      kSettle);
  std::vector<UpstreamLine> lines;
  (void)mock_->server().wait_for(
      [&lines, this](const mock::Journal& journal) {
        for (const mock::Record& record : journal.records()) {
          lines.push_back({.request = request_in(record.request_body),
                           .key = record.port == keys_ ? kClaude : record.port,
                           .status = record.status,
                           .whole = record.outcome == mock::Outcome::Sent,
                           .fault = record.fault});
        }
        return true;
      },
      Duration::zero());
  return lines;
}

}  // namespace drover::demo
