#include "http/head/head_framing.h"

#include <limits>

#include "http/authority.h"

namespace drover::http {
namespace {

[[gnu::cold, gnu::noinline]] std::unexpected<HeadFault> refuse(HeadFault fault) {
  return std::unexpected(fault);
}

/// Whether a server may take the name for `framing` (in lower case, with '_'). Servers that pass fields on as
/// environment variables read '_' and '-' alike, so such a field would frame the body for them and not for us.
bool mimics(std::string_view name, std::string_view framing) {
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (lower(name[at]) != framing[at]) return false;
  }
  return true;
}

/// The fields that frame the message, counted, with the last value of each.
struct Deciding {
  std::string_view host, content_length, transfer_encoding;
  unsigned hosts = 0, content_lengths = 0, transfer_encodings = 0;
  std::size_t connection_options = 0;
  bool close = false, keep_alive = false;
  bool expect = false, unknown_expectation = false;
  bool underscored_framing = false;
};

void take_connection(std::string_view value, Deciding& found) {
  for_each_option(value, [&found](std::string_view option) {
    ++found.connection_options;
    if (iequals(option, "close")) found.close = true;
    if (iequals(option, "keep-alive")) found.keep_alive = true;
  });
}

/// Compares lengths first: most fields of a head cost one switch.
void take(const Field& field, Deciding& found) {
  switch (field.name.size()) {
    case 4:
      if (!iequals(field.name, "host")) return;
      found.host = field.value;
      ++found.hosts;
      return;
    case 6:
      if (!iequals(field.name, "expect")) return;
      found.expect = true;
      found.unknown_expectation |= !iequals(field.value, "100-continue");
      return;
    case 10:
      if (iequals(field.name, "connection")) take_connection(field.value, found);
      return;
    case 14:
      found.underscored_framing |= mimics(field.name, "content_length");
      if (!iequals(field.name, "content-length")) return;
      found.content_length = field.value;
      ++found.content_lengths;
      return;
    case 17:
      found.underscored_framing |= mimics(field.name, "transfer_encoding");
      if (!iequals(field.name, "transfer-encoding")) return;
      found.transfer_encoding = field.value;
      ++found.transfer_encodings;
      return;
    default: return;
  }
}

Deciding deciding_fields(const Fields& fields) {
  Deciding found;
  for (const Field& field : fields) take(field, found);
  return found;
}

/// Takes digits only: servers read a sign, a list, a blank and an overflow in different ways.
std::expected<std::uint64_t, HeadFault> parse_length(std::string_view text) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (text.empty()) return refuse(HeadFault::BadContentLength);
  std::uint64_t length = 0;
  for (const char c : text) {
    if (!is_digit(c)) return refuse(HeadFault::BadContentLength);
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMost - digit) / 10) return refuse(HeadFault::BadContentLength);
    length = length * 10 + digit;
  }
  return length;
}

/// The framing by Content-Length and Transfer-Encoding; None: neither field is there.
std::expected<Framing, HeadFault> parse_framing(const Deciding& found, Version version) {
  if (found.transfer_encodings > 0) {
    if (version == Version::Http10) return refuse(HeadFault::TransferEncodingOn10);
    if (found.content_lengths > 0) return refuse(HeadFault::LengthAndTransferEncoding);
    if (found.transfer_encodings > 1) return refuse(HeadFault::BadTransferEncoding);
    const std::string_view coding = found.transfer_encoding;
    if (iequals(coding, "chunked")) return Framing{.kind = BodyKind::Chunked};
    const bool one_token = !coding.empty() && skip(coding, 0, kToken) == coding.size();
    return refuse(one_token ? HeadFault::UnknownTransferCoding : HeadFault::BadTransferEncoding);
  }
  if (found.content_lengths > 1) return refuse(HeadFault::DuplicateContentLength);
  if (found.content_lengths == 0) return Framing{};
  const auto length = parse_length(found.content_length);
  if (!length) return refuse(length.error());
  return Framing{.kind = BodyKind::Length, .length = *length};
}

bool keeps_alive(const Deciding& found, Version version) {
  return !found.close && (version == Version::Http11 || found.keep_alive);
}

/// The authority of an absolute-form target; empty for the other forms.
std::expected<std::string_view, HeadFault> authority_of(const RequestHead& head) {
  const std::string_view target = head.target;
  if (target.front() == '/' || target == "*" || head.method == "CONNECT") return std::string_view{};
  const std::size_t scheme = http_scheme_length(target);
  if (scheme == 0) return refuse(HeadFault::BadTarget);
  const std::string_view rest = target.substr(scheme);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (!parse_authority(authority)) return refuse(HeadFault::BadTarget);
  return authority;
}

Verdict judge_host(const Deciding& found, RequestHead& head) {
  if (found.hosts > 1) return refuse(HeadFault::DuplicateHost);
  if (found.hosts == 0 && head.version == Version::Http11) return refuse(HeadFault::MissingHost);
  if (found.hosts == 1 && !parse_authority(found.host)) return refuse(HeadFault::BadHost);
  const auto authority = authority_of(head);
  if (!authority) return refuse(authority.error());
  head.host = authority->empty() ? found.host : *authority;  // RFC 9112 section 3.2.2: the target wins
  return {};
}

}  // namespace

Verdict judge_request(RequestHead& head) {
  const Deciding found = deciding_fields(head.fields);
  if (found.underscored_framing) return refuse(HeadFault::UnderscoredFramingField);
  const auto framing = parse_framing(found, head.version);
  if (!framing) return refuse(framing.error());
  head.framing = *framing;
  if (found.connection_options > kMaxConnectionOptions) return refuse(HeadFault::TooManyConnectionOptions);
  if (const Verdict host = judge_host(found, head); !host) return host;
  head.keep_alive = keeps_alive(found, head.version);
  // RFC 9110 section 10.1.1: a server ignores the expectation of an HTTP/1.0 client.
  head.expect_continue = found.expect && head.version == Version::Http11;
  if (head.expect_continue && found.unknown_expectation) return refuse(HeadFault::UnknownExpectation);
  return {};
}

Verdict judge_response(ResponseHeadReader::Asked asked, ResponseHead& head) {
  const Deciding found = deciding_fields(head.fields);
  const auto framing = parse_framing(found, head.version);
  if (!framing) return refuse(framing.error());
  if (found.connection_options > kMaxConnectionOptions) return refuse(HeadFault::TooManyConnectionOptions);
  head.framing = *framing;
  head.keep_alive = keeps_alive(found, head.version);

  const bool never_a_body = head.status < 200 || head.status == 204;
  const bool tunnel = asked == ResponseHeadReader::Asked::Connect && head.status / 100 == 2;
  if (never_a_body || tunnel || head.status == 304 || asked == ResponseHeadReader::Asked::Head) {
    // After a 204 that announces a body, a body may follow: the next bytes of this connection cannot be trusted.
    const bool announced = framing->kind == BodyKind::Chunked || framing->length > 0;
    if (never_a_body && announced) head.keep_alive = false;
    head.framing = {};
    return {};
  }
  if (framing->kind == BodyKind::None) {
    head.framing.kind = BodyKind::UntilClose;
    head.keep_alive = false;
  }
  return {};
}

}  // namespace drover::http
