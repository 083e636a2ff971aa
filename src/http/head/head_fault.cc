#include "http/head/head_fault.h"

#include <string_view>

namespace drover::http {
namespace {

struct Row {
  int status;                      ///< for a client
  std::string_view code;           ///< for a client
  std::string_view upstream_code;  ///< for an upstream's answer
  std::string_view message;        ///< never holds bytes of the peer
};

constexpr std::string_view kUpstreamLine = "upstream_status_line";
constexpr std::string_view kUpstreamSyntax = "upstream_header_syntax";
constexpr std::string_view kUpstreamOverflow = "upstream_header_overflow";
constexpr std::string_view kUpstreamFraming = "upstream_framing";

Row row(HeadFault fault) {
  using enum HeadFault;
  switch (fault) {
    case BadRequestLine:
      return {400, "bad_request_line", kUpstreamLine, "the request line is not 'METHOD target HTTP/1.1'"};
    case UnknownMethod: return {501, "unknown_method", kUpstreamLine, "the method is longer than any known one"};
    case TargetTooLong: return {414, "target_too_long", kUpstreamLine, "the request target is over 8 KiB"};
    case BadTarget: return {400, "bad_target", kUpstreamLine, "the request target is not a path or an http URL"};
    case UnsupportedVersion:
      return {505, "unsupported_version", kUpstreamLine, "only HTTP/1.0 and HTTP/1.1 are spoken"};
    case BadStatusLine: return {400, "bad_status_line", kUpstreamLine, "the status line is not 'HTTP/1.1 NNN reason'"};
    case BadLineEnd: return {400, "bad_line_end", kUpstreamSyntax, "a line of the head does not end with CR LF"};
    case LineFold: return {400, "line_fold", kUpstreamSyntax, "a header line begins with white space"};
    case SpaceBeforeColon:
      return {400, "space_before_colon", kUpstreamSyntax, "there is white space between a field name and its colon"};
    case BadFieldName: return {400, "bad_field_name", kUpstreamSyntax, "a field name is empty or not a token"};
    case BadFieldValue: return {400, "bad_field_value", kUpstreamSyntax, "a field value holds a control character"};
    case UnderscoredFramingField:
      return {400, "underscored_framing_field", kUpstreamFraming, "a framing field is spelt with '_'"};
    case HeadTooLarge: return {431, "head_too_large", kUpstreamOverflow, "the head is over 64 KiB"};
    case TooManyFields: return {431, "too_many_fields", kUpstreamOverflow, "the head has over 100 fields"};
    case TooManyConnectionOptions:
      return {400, "too_many_connection_options", kUpstreamOverflow, "Connection lists over 32 options"};
    case BadHost: return {400, "bad_host", kUpstreamSyntax, "Host is not host[:port]"};
    case MissingHost: return {400, "missing_host", kUpstreamSyntax, "HTTP/1.1 needs a Host field"};
    case DuplicateHost: return {400, "duplicate_host", kUpstreamSyntax, "there is more than one Host field"};
    case BadContentLength:
      return {400, "bad_content_length", kUpstreamFraming, "Content-Length is not a number of at most 2^63-1"};
    case DuplicateContentLength:
      return {400, "duplicate_content_length", kUpstreamFraming, "there is more than one Content-Length"};
    case LengthAndTransferEncoding:
      return {400, "length_and_transfer_encoding", kUpstreamFraming,
              "Content-Length and Transfer-Encoding exclude"
              " each other"};
    case BadTransferEncoding:
      return {400, "bad_transfer_encoding", kUpstreamFraming, "Transfer-Encoding is not exactly 'chunked'"};
    case UnknownTransferCoding:
      return {501, "unknown_transfer_coding", kUpstreamFraming, "the only transfer coding spoken is 'chunked'"};
    case TransferEncodingOn10:
      return {400, "transfer_encoding_on_1_0", kUpstreamFraming, "HTTP/1.0 has no Transfer-Encoding"};
    case UnknownExpectation:
      return {417, "unknown_expectation", kUpstreamSyntax, "only 'Expect: 100-continue' is known"};
  }
  return {400, "bad_head", kUpstreamSyntax, "the head cannot be read"};
}

ErrorKind kind_of(int status) {
  switch (status) {
    case 414:
    case 431: return ErrorKind::TooLarge;
    case 417:
    case 501:
    case 505: return ErrorKind::Unsupported;
    default: return ErrorKind::BadRequest;
  }
}

}  // namespace

Error request_error(HeadFault fault) {
  const Row found = row(fault);
  return {.kind = kind_of(found.status),
          .scope = ErrorScope::Request,
          .retry = RetryClass::Never,
          .status = found.status,
          .code = std::string(found.code),
          .message = std::string(found.message)};
}

Error response_error(HeadFault fault) {
  const Row found = row(fault);
  return {.kind = ErrorKind::BadResponse,
          .scope = ErrorScope::Target,
          .retry = RetryClass::OtherKey,
          .status = 502,
          .code = std::string(found.upstream_code),
          .message = std::string(found.message)};
}

}  // namespace drover::http
