// The admin pages: GET /status, /explain, /healthz, /readyz and /metrics, for the operator and never for a web page.
// This file decides what they answer; the listener is admin_listener.h.
#pragma once

#include <cstdint>

#include "gateway/admin/admin_view.h"
#include "gateway/answers/replies.h"
#include "http/head/head.h"

namespace drover::gateway {

/// Where the admin listener can be reached from.
enum class Reach : std::uint8_t {
  ThisMachine,  ///< the Host field must name this machine
  Network,      ///< it may also be any IP address; a host name could be a foreign page's (DNS rebinding)
};

/// Whether the request comes from a program, and not from a web page of another origin. Else the answer is
/// page_refusal().
[[nodiscard]] bool may_read(const http::RequestHead& head, Reach reach);
[[nodiscard]] Reply page_refusal();

[[nodiscard]] Reply answer_admin(const http::RequestHead& head, Reach reach, const AdminView& view);

}  // namespace drover::gateway
