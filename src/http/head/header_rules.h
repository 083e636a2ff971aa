// The table of fields that cross the gateway: hop-by-hop fields end here, credentials and identities never cross.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "http/head/head.h"

namespace drover::http {

enum class Direction { Upstream, Downstream };

/// Whether a field may cross in this direction. `fields` are all fields of the head: those that its Connection fields
/// nominate are hop-by-hop too, so the gateway adds its own fields only after this. Unknown names cross, because
/// providers and SDKs add fields faster than a list could follow. The table is in header_rules.cc.
///
/// Neither way: framing (Content-Length, Transfer-Encoding, Trailer, TE), Host, Connection, Keep-Alive, Upgrade,
/// Proxy-*, HTTP2-Settings, Expect, because each sender writes its own; x-request-id, x-drover-*; digests of a body
/// that may be edited on its way. Upstream also not: the client's credentials and billing choices (Authorization,
/// *api-key, Cookie, OpenAI-Organization, OpenAI-Project, anthropic-workspace-id, x-goog-user-project), who and where
/// it is (Forwarded, X-Forwarded-*, X-Real-IP, Via, Origin, Referer, Sec-*, cf-*, x-internal-*, traceparent,
/// tracestate, baggage, and their likes), whom a proxy would name (Remote-User, ...), what would change the answer's
/// form (Accept-Encoding, Range, If-*), overrides of method or URL, x-stainless-*, names with '_'. Downstream also not:
/// Set-Cookie, Alt-Svc, the account (openai-organization, openai-project, anthropic-organization-id), what speaks for
/// the provider's own host (Server, Strict-Transport-Security, cf-*, Report-To, NEL, Access-Control-*), orders to a web
/// server in front of us or to a browser (X-Accel-*, X-Sendfile, Clear-Site-Data, Refresh, ...).
[[nodiscard]] bool crosses(const Fields& fields, const Field& field, Direction direction);

/// Appends "Name: value\r\n" for each field that crosses. A field with a byte that could end a line is left out (head
/// readers refuse such heads; this is a second check). `reserved`: names that end here as well, in any case, because
/// the gateway sends them to some provider itself.
void append_crossing(const Fields& fields, Direction direction, std::string& out,
                     std::span<const std::string> reserved = {});

/// Removes the lines of this field from "Name: value\r\n" lines, which begin at `from`.
void drop_field(std::string& lines, std::string_view name, std::size_t from = 0);

/// Takes the lines out that say what is left of a limit at one key ("x-ratelimit-remaining-tokens: …"), except those of
/// names that begin with `kept`.
void drop_rate_limits(std::string& lines, std::string_view kept = {});

}  // namespace drover::http
