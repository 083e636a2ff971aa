// Which fields cross the gateway, in one table: hop-by-hop ends here, credentials and identities never cross.
#pragma once

#include <string>
#include <string_view>

#include "http/head.h"

namespace drover::http {

enum class Direction { Upstream, Downstream };

/// Whether a field may cross in this direction. `fields` are all fields of the head (its Connection field nominates
/// further hop-by-hop names). Framing fields (Content-Length, Transfer-Encoding, Trailer, TE), Host, Connection,
/// Keep-Alive, Upgrade, Proxy-*, Expect never cross: whoever sends writes its own.
/// Upstream also: Authorization, x-api-key, api-key, x-goog-api-key, Cookie, OpenAI-Organization, OpenAI-Project,
/// Accept-Encoding, Forwarded, X-Forwarded-*, X-Real-IP, Via, traceparent, tracestate, Range, If-*, x-stainless-*, Origin, Referer,
/// Sec-*, x-drover-*, x-request-id, names with '_' never cross.
/// Downstream also: Set-Cookie, Alt-Svc, openai-organization, openai-project, anthropic-organization-id,
/// Strict-Transport-Security, Server, cf-*, x-request-id, x-drover-*, Content-Encoding-neutral fields cross.
[[nodiscard]] bool crosses(const Fields& fields, const Field& field, Direction direction);

/// Appends "Name: value\r\n" for each field that crosses.
void append_crossing(const Fields& fields, Direction direction, std::string& out);

}  // namespace drover::http
