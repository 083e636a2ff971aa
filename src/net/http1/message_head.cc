#include "net/http1/message_head.h"

#include <array>
#include <charconv>
#include <string_view>

namespace drover::net {

namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";  // an empty reason is legal (RFC 9112 section 4)
  }
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void append_length(std::string& out, std::uint64_t length) {
  out.append("Content-Length: ");
  append_number(out, length);
  out.append("\r\n");
}

bool forbids_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

AnswerPlan write_answer_head(const AnswerStart& answer, Asked asked, std::string& out) {
  AnswerPlan plan;
  plan.framing = answer.framing.kind;
  plan.has_body = !asked.head && !forbids_body(answer.status);
  plan.close = answer.close || !asked.keep_alive;
  bool old = asked.version == http::Version::Http10;
  // RFC 9112 section 6.1: an HTTP/1.0 client does not know chunks, so the end of the connection ends the body.
  if (old && plan.framing == http::BodyKind::Chunked) plan.framing = http::BodyKind::UntilClose;
  if (plan.has_body && plan.framing == http::BodyKind::UntilClose) plan.close = true;

  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(answer.status));
  out.append(" ").append(reason_of(answer.status)).append("\r\n");
  out.append(answer.fields);
  bool may_say_length = answer.status >= 200 && answer.status != 204;
  if (plan.framing == http::BodyKind::Length && may_say_length) append_length(out, answer.framing.length);
  if (plan.framing == http::BodyKind::None && plan.has_body) append_length(out, 0);
  if (plan.framing == http::BodyKind::Chunked && !forbids_body(answer.status)) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (plan.close) {
    out.append("Connection: close\r\n");
  } else if (old) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  return plan;
}

void write_request_head(const RequestStart& request, std::string& out) {
  out.append(request.method).append(" ").append(request.path).append(" HTTP/1.1\r\nHost: ");
  out.append(request.authority).append("\r\n").append(request.fields);
  if (request.framing.kind == http::BodyKind::Length) append_length(out, request.framing.length);
  if (request.last) out.append("Connection: close\r\n");
  out.append("\r\n");
}

}  // namespace drover::net
